"""The rules that packages are held to, a module for each part of a package.

A package may come from anybody: whatever is wrong or missing becomes a finding, and nothing that it
says is followed out of its folder or onto the network.
"""

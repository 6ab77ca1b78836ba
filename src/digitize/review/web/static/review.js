// The desk: sends what the clerk decides, shows what comes next. Everything shown is made by the server.
"use strict";
(() => {
  const { key, home, lost, title } = document.body.dataset;
  const $ = (id) => document.getElementById(id);
  const desk = $("desk"), sheet = $("sheet"), paper = $("paper"), stretch = $("stretch");
  const visit = crypto.randomUUID();
  let shown = {}, busy = false, zoom = 1, asked = 0, timer = 0, composing = false;
  const pictures = new Map();

  // --- the server -------------------------------------------------------------------------------

  const send = (act, body, more) => fetch(home + act, {
    method: "POST", credentials: "same-origin", cache: "no-store", ...more,
    headers: { "Content-Type": "application/json", "X-Digitize-Key": key },
    body: JSON.stringify({ window: sessionStorage.getItem("desk") ?? "", visit, item: shown.item ?? null, ...body }),
  });

  async function act(name, body = {}) {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    asked += 1;
    try {
      let told = await (await send(name, body)).json();
      // This window is not known any more, or another has its name: it begins anew, and says why.
      if (told.reload) told = { ...await (await send("start", {})).json(), notice: told.notice };
      show(told);
    } catch {
      $("notice").textContent = lost;
    } finally {
      busy = false;
    }
  }

  // --- what is shown ------------------------------------------------------------------------------

  function show(told) {
    if (told.window) sessionStorage.setItem("desk", told.window);
    $("notice").textContent = told.notice ?? told.told ?? "";
    $("notice").className = told.notice ? "" : "calm";
    if (told.check && $("check")) judge(told.check);
    if (told.html === undefined) return;
    shown = told;
    desk.innerHTML = told.html;
    desk.dataset.item = told.item;
    $("where").textContent = told.where;
    $("progress").innerHTML = told.progress;
    document.title = told.where ? `${told.where} · ${title}` : title;
    for (const place of desk.querySelectorAll("[data-picture]")) place.prepend(picture(place.dataset.picture, place.dataset.alt));
    showSheet(told.sheet);
    const value = $("value");
    if (value) {
      value.focus();
      value.setSelectionRange(value.value.length, value.value.length);
      fitValue();
      markChoice();
    } else {
      (desk.querySelector("input:checked") ?? desk.querySelector("input, select") ?? desk.querySelector(".first") ?? desk).focus();
    }
    $("said").textContent = [told.said, desk.querySelector("h1")?.textContent, desk.querySelector(".why")?.textContent].filter(Boolean).join(". ");
    for (const url of told.soon ?? []) if (url) picture(url, "").decode().catch(() => {});
  }

  // Kept by this page alone: the browser is told to store nothing.
  function picture(url, alt) {
    let one = pictures.get(url);
    if (!one) {
      one = new Image();
      // What is asked about stands there with its question; the whole page may follow.
      one.decoding = url.includes("/cut/") ? "sync" : "async";
      one.src = url;
      pictures.set(url, one);
      if (pictures.size > 24) pictures.delete(pictures.keys().next().value);
    }
    one.alt = alt;
    return one;
  }

  function showSheet(page) {
    sheet.hidden = !page;
    if (!page) return;
    $("sheet-name").textContent = page.name;
    const same = stretch.dataset.src === page.src;
    if (!same) zoom = 1;
    stretch.dataset.src = page.src;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
    svg.setAttribute("aria-hidden", "true");
    if (page.box) {
      const [left, top, right, bottom] = page.box;
      const mark = document.createElementNS(svg.namespaceURI, "rect");
      const place = { x: left - 8, y: top - 8, width: right - left + 16, height: bottom - top + 16, rx: 6, "vector-effect": "non-scaling-stroke" };
      for (const [name, value] of Object.entries(place)) mark.setAttribute(name, value);
      svg.append(mark);
    }
    if (same) stretch.querySelector("svg").replaceWith(svg);
    else stretch.replaceChildren(picture(page.src, page.alt), svg);
    stretchTo(zoom);
  }

  function stretchTo(wanted) {
    const page = shown.sheet;
    if (!page) return;
    zoom = Math.min(6, Math.max(0.4, wanted));
    const width = (paper.clientWidth - 14) * zoom;
    stretch.style.width = `${width}px`;
    stretch.style.height = `${width * page.height / page.width}px`;
    const [left, top, right, bottom] = page.box ?? [0, 0, page.width, page.height / 2];
    const scale = width / page.width;
    paper.scrollTo((left + right) / 2 * scale - paper.clientWidth / 2, (top + bottom) / 2 * scale - paper.clientHeight / 2);
  }

  const wholePage = () => stretchTo((paper.clientHeight - 14) * shown.sheet.width / shown.sheet.height / (paper.clientWidth - 14));

  // --- the answer -----------------------------------------------------------------------------------

  function markChoice() {
    for (const one of desk.querySelectorAll("[data-choice]")) one.setAttribute("aria-pressed", one.dataset.choice === $("value").value);
  }

  function choose(text) {
    const value = $("value");
    value.value = text;
    value.focus();
    value.setSelectionRange(text.length, text.length);
    changed();
  }

  function step(by) {
    const texts = [...new Set([shown.text, ...[...desk.querySelectorAll("[data-choice]")].map((one) => one.dataset.choice)])];
    const at = texts.indexOf($("value").value);
    choose(texts[at < 0 ? (by > 0 ? 0 : texts.length - 1) : (at + by + texts.length) % texts.length]);
  }

  function judge({ note = "", tone = "" }) {
    $("check").textContent = note;
    $("check").className = tone;
    $("value").setAttribute("aria-invalid", tone === "wrong");
  }

  function fitValue() {
    const value = $("value");
    value.style.height = "auto";
    value.style.height = `${value.scrollHeight + 4}px`;
  }

  function changed() {
    fitValue();
    markChoice();
    clearTimeout(timer);
    const number = (asked += 1);
    timer = setTimeout(async () => {
      const text = $("value")?.value;
      if (text === undefined || composing) return;
      try {
        const told = await (await send("check", { text })).json();
        if (number === asked) judge(told);
      } catch { /* The answer itself will tell that nobody listens. */ }
    }, 160);
  }

  const acts = {
    take: () => act("answer", { text: $("value").value }),
    unreadable: () => act("unreadable"),
    skip: () => act("skip"),
    back: () => act("back"),
    next: () => act("next"),
    again: () => act("again"),
    begin: () => act("begin"),
    list: () => act("list"),
    pages: () => act("pages"),
    field: () => act("field"),
    approve: () => act("approve", { seen: [...desk.querySelectorAll(".seen")].every((one) => one.checked) }),
    open: (from) => act("open", { dossier: from.dataset.dossier }),
    decide: (from) => act("decide", {
      page: Number(desk.querySelector("[name=page]:checked").value),
      change: from.dataset.change,
      text: from.dataset.value ?? $(from.dataset.from)?.value ?? "",
    }),
    larger: () => stretchTo(zoom * 1.35),
    smaller: () => stretchTo(zoom / 1.35),
    fit: () => (zoom === 1 ? wholePage() : stretchTo(1)),
  };

  // --- keys and clicks --------------------------------------------------------------------------------

  const plain = { F2: "unreadable", F4: "skip", F8: "back", F9: "next" };
  const alt = { KeyQ: "list", KeyP: "pages", Equal: "larger", NumpadAdd: "larger", Minus: "smaller", NumpadSubtract: "smaller", Digit0: "fit", Numpad0: "fit" };

  document.addEventListener("keydown", (event) => {
    // While an input method puts a letter together, every key is its own.
    if (event.isComposing || event.keyCode === 229) return;
    const name = find(event);
    if (!name) return;
    event.preventDefault();
    if (!event.repeat || typeof name === "function") typeof name === "function" ? name() : run(name);
  });

  function find(event) {
    const { altKey, ctrlKey, metaKey, shiftKey, code, target } = event;
    if (ctrlKey || metaKey) return null;
    if (altKey) {
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
      const choice = digit && desk.querySelectorAll("[data-choice]")[digit - 1];
      return choice ? () => choose(choice.dataset.choice) : !shiftKey && alt[code];
    }
    if (!shiftKey && plain[event.key]) return plain[event.key];
    if (event.key === "Enter" && !shiftKey && !target.closest("button, a, select")) return desk.querySelector(".first")?.dataset.act;
    if (target.id === "value") {
      const choices = desk.querySelector("[data-choice]");
      if (choices && event.key === "ArrowDown") return () => step(1);
      if (choices && event.key === "ArrowUp") return () => step(-1);
      if (event.key === "PageDown" || event.key === "PageUp") return () => paper.scrollBy(0, (event.key === "PageUp" ? -1 : 1) * paper.clientHeight * 0.6);
    }
    if (target === paper && (event.key === "+" || event.key === "-")) return event.key === "+" ? "larger" : "smaller";
    return null;
  }

  function run(name, from) {
    // Only what stands on the screen can be done.
    if (from || document.querySelector(`[data-act="${name}"]`)) acts[name](from);
  }

  document.addEventListener("click", (event) => {
    const from = event.target.closest("[data-act], [data-choice]");
    if (!from || from.disabled) return;
    from.dataset.act ? run(from.dataset.act, from) : choose(from.dataset.choice);
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "page") act("pages", { page: Number(event.target.value) });
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("input", (event) => event.target.id === "value" && !event.isComposing && changed());
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; if ($("value")) changed(); });
  addEventListener("resize", () => stretchTo(zoom));

  // --- the window -----------------------------------------------------------------------------------------

  setInterval(() => send("keep", {}).then((answer) => answer.json()).then((told) => { if (told.notice) $("notice").textContent = told.notice; }).catch(() => { $("notice").textContent = lost; }), 60_000);
  addEventListener("pagehide", () => send("leave", {}, { keepalive: true }).catch(() => {}));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  act("start");
})();

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges signed files by EU DSS with its own default policy, offline.
 *
 * <p>Standard input has a task a line: the folder with what may be relied on (*.crt, *.crl), the time
 * of validation, the signed file, and for a detached signature the file that it signs; between tabs.
 * Standard output gets a JSON document a line, in the same order.
 */
public final class Judge {

    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(json(judged(line.split("\t", -1))));
        }
    }

    /** What is found out about a file; hostile ones may bring anything down but the next one. */
    private static Map<String, Object> judged(String[] task) {
        var found = new LinkedHashMap<String, Object>();
        found.put("error", null);
        found.put("signatures", List.of());
        found.put("timestamps", List.of());
        try {
            var validator = SignedDocumentValidator.fromDocument(new FileDocument(task[2]));
            validator.setCertificateVerifier(verifier(new File(task[0])));
            validator.setValidationTime(Date.from(OffsetDateTime.parse(task[1]).toInstant()));
            if (!task[3].isEmpty()) {
                validator.setDetachedContents(List.<DSSDocument>of(new FileDocument(task[3])));
            }
            Reports reports = validator.validateDocument();
            SimpleReport verdicts = reports.getSimpleReport();
            DiagnosticData data = reports.getDiagnosticData();
            var signatures = new ArrayList<Map<String, Object>>();
            for (SignatureWrapper one : data.getSignatures()) {
                signatures.add(signature(one, verdicts));
            }
            var timestamps = new ArrayList<Map<String, Object>>();
            for (TimestampWrapper one : data.getTimestampList()) {
                timestamps.add(verdict(one.getId(), verdicts));
            }
            found.put("signatures", signatures);
            found.put("timestamps", timestamps);
        } catch (Exception | StackOverflowError | OutOfMemoryError error) {
            found.put("error", error.getClass().getSimpleName() + ": " + error.getMessage());
        }
        return found;
    }

    private static Map<String, Object> signature(SignatureWrapper one, SimpleReport verdicts) {
        var found = verdict(one.getId(), verdicts);
        found.put("level", one.getSignatureFormat().toString());
        found.put("digest_intact", one.getDigestMatchers().stream().allMatch(part -> part.isDataIntact()));
        found.put("signature_intact", one.isSignatureIntact());
        PDFRevisionWrapper revision = one.getPDFRevision();
        found.put("field", revision == null ? null : revision.getFirstFieldName());
        found.put("changes", revision == null ? List.of() : changes(revision));
        return found;
    }

    /** Kinds of what DSS saw to have changed after a signature, beside what may follow one. */
    private static List<String> changes(PDFRevisionWrapper revision) {
        var kinds = new ArrayList<String>();
        told(kinds, "undefined objects", revision.getPdfUndefinedChanges());
        told(kinds, "annotations", revision.getPdfAnnotationChanges());
        told(kinds, "annotations overlap", revision.getPdfAnnotationsOverlapConcernedPages());
        told(kinds, "pages look different", revision.getPdfVisualDifferenceConcernedPages());
        told(kinds, "number of pages", revision.getPdfPageDifferenceConcernedPages());
        told(kinds, "fields filled or signed", revision.getPdfSignatureOrFormFillChanges());
        told(kinds, "validation data", revision.getPdfExtensionChanges());
        return kinds;
    }

    private static void told(List<String> kinds, String kind, List<?> found) {
        if (!found.isEmpty()) {
            kinds.add(kind);
        }
    }

    private static Map<String, Object> verdict(String id, SimpleReport verdicts) {
        var found = new LinkedHashMap<String, Object>();
        SubIndication why = verdicts.getSubIndication(id);
        found.put("indication", String.valueOf(verdicts.getIndication(id)));
        found.put("why", why == null ? null : why.toString());
        found.put("errors", texts(verdicts.getAdESValidationErrors(id)));
        found.put("warnings", texts(verdicts.getAdESValidationWarnings(id)));
        return found;
    }

    private static List<String> texts(List<Message> messages) {
        return messages.stream().map(Message::getValue).distinct().toList();
    }

    /** What may be relied on, and nothing from the network. */
    private static CommonCertificateVerifier verifier(File folder) throws Exception {
        var verifier = new CommonCertificateVerifier(true);
        var anchors = new CommonTrustedCertificateSource();
        var lists = new ArrayList<DSSDocument>();
        for (File file : folder.listFiles()) {
            if (file.getName().endsWith(".crt")) {
                anchors.addCertificate(DSSUtils.loadCertificate(file));
            } else if (file.getName().endsWith(".crl")) {
                lists.add(new FileDocument(file));
            }
        }
        verifier.setTrustedCertSources(anchors);
        verifier.setCrlSource(new ExternalResourcesCRLSource(lists.toArray(DSSDocument[]::new)));
        verifier.setAIASource(null);
        return verifier;
    }

    private static String json(Object value) {
        if (value == null || value instanceof Boolean) {
            return String.valueOf(value);
        }
        if (value instanceof Map<?, ?> map) {
            var parts = map.entrySet().stream().map(one -> json(one.getKey()) + ": " + json(one.getValue()));
            return "{" + String.join(", ", parts.toList()) + "}";
        }
        if (value instanceof Collection<?> list) {
            return "[" + String.join(", ", list.stream().map(Judge::json).toList()) + "]";
        }
        var text = new StringBuilder("\"");
        for (char letter : value.toString().toCharArray()) {
            boolean plain = letter >= ' ' && letter != '"' && letter != '\\';
            text.append(plain ? String.valueOf(letter) : String.format("\\u%04x", (int) letter));
        }
        return text.append('"').toString();
    }
}

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What Bouncy Castle says of a sealed OFD (GB/T 33190, GB/T 38540): SealedOfd FILE AUTHORITY. It shares no line with the program that sealed it. */
public class SealedOfd {
    static final String SPEC = "http://www.ofdspec.org/2016";
    static final Map<String, byte[]> parts = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        System.out.println("Bouncy Castle " + Security.getProvider("BC").getVersionStr());
        try (ZipInputStream zip = new ZipInputStream(new FileInputStream(arguments[0]))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) parts.put(entry.getName(), zip.readAllBytes());
        }
        X509Certificate authority;
        try (FileInputStream file = new FileInputStream(arguments[1])) {
            authority = (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(file);
        }
        String list = text(xml("OFD.xml"), "Signatures");
        NodeList signatures = xml(list).getElementsByTagNameNS(SPEC, "Signature");
        System.out.println("signatures " + signatures.getLength());
        String path = ((Element) signatures.item(0)).getAttribute("BaseLoc").substring(1);
        Document described = xml(path);
        NodeList references = described.getElementsByTagNameNS(SPEC, "Reference");
        int right = 0;
        for (int one = 0; one < references.getLength(); one++) {
            Element reference = (Element) references.item(one);
            byte[] expected = Base64.getDecoder().decode(reference.getElementsByTagNameNS(SPEC, "CheckValue").item(0).getTextContent());
            if (Arrays.equals(expected, sm3(parts.get(reference.getAttribute("FileRef").substring(1))))) right++;
            else System.out.println("changed " + reference.getAttribute("FileRef"));
        }
        System.out.println("parts " + right + " of " + references.getLength() + ", in the package " + parts.size());
        ASN1Sequence whole = ASN1Sequence.getInstance(parts.get(text(described, "SignedValue").substring(1)));
        ASN1Sequence toSign = ASN1Sequence.getInstance(whole.getObjectAt(0));
        ASN1Sequence seal = ASN1Sequence.getInstance(toSign.getObjectAt(1));
        ASN1Sequence header = ASN1Sequence.getInstance(ASN1Sequence.getInstance(seal.getObjectAt(0)).getObjectAt(0));
        System.out.println("seal " + header.getObjectAt(0) + " " + header.getObjectAt(1) + ", signature " + ASN1Integer.getInstance(toSign.getObjectAt(0)));
        byte[] beside = parts.get(described.getElementsByTagNameNS(SPEC, "BaseLoc").item(0).getTextContent().substring(1));
        System.out.println(Arrays.equals(seal.getEncoded("DER"), beside) ? "same seal" : "another seal");
        boolean covered = Arrays.equals(ASN1BitString.getInstance(toSign.getObjectAt(3)).getOctets(), sm3(parts.get(path)));
        covered &= ASN1IA5String.getInstance(toSign.getObjectAt(4)).getString().equals("/" + path);
        System.out.println(covered ? "description covered" : "description changed");
        System.out.println("user " + verified(whole.getObjectAt(1), whole.getObjectAt(2), whole.getObjectAt(3), toSign.getEncoded("DER"), authority));
        byte[] info = ASN1Sequence.getInstance(seal.getObjectAt(0)).getEncoded("DER");
        System.out.println("maker " + verified(seal.getObjectAt(1), seal.getObjectAt(2), seal.getObjectAt(3), info, authority));
    }

    static String verified(ASN1Encodable held, ASN1Encodable algorithm, ASN1Encodable value, byte[] data, X509Certificate authority) throws Exception {
        byte[] der = ASN1OctetString.getInstance(held).getOctets();
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(der));
        Signature signature = Signature.getInstance(ASN1ObjectIdentifier.getInstance(algorithm).getId(), "BC");
        signature.initVerify(certificate);
        signature.update(data);
        boolean valid = signature.verify(ASN1BitString.getInstance(value).getOctets());
        try {
            certificate.verify(authority.getPublicKey(), "BC");
        } catch (Exception wrong) {
            return (valid ? "valid" : "invalid") + ", not under the authority";
        }
        return valid ? "valid" : "invalid";
    }

    static byte[] sm3(byte[] data) throws Exception {
        return MessageDigest.getInstance("SM3", "BC").digest(data);
    }

    static Document xml(String name) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(parts.get(name)));
    }

    static String text(Document part, String name) {
        return part.getElementsByTagNameNS(SPEC, name).item(0).getTextContent();
    }
}

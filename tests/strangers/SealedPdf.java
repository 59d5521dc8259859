import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.util.Store;

/** What Bouncy Castle says of a sealed PDF: SealedPdf FILE AUTHORITY. It shares no line with the program that sealed it. */
public class SealedPdf {
    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        System.out.println("Bouncy Castle " + Security.getProvider("BC").getVersionStr());
        byte[] pdf = Files.readAllBytes(Path.of(arguments[0]));
        Matcher range = Pattern.compile("/ByteRange\\s*\\[\\s*(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)")
            .matcher(new String(pdf, StandardCharsets.ISO_8859_1));
        if (!range.find()) throw new IllegalArgumentException("no signature");
        int[] at = new int[4];
        for (int one = 0; one < 4; one++) at[one] = Integer.parseInt(range.group(one + 1));
        byte[] signed = Arrays.copyOf(Arrays.copyOfRange(pdf, at[0], at[0] + at[1]), at[1] + at[3]);
        System.arraycopy(pdf, at[2], signed, at[1], at[3]);
        String hex = new String(pdf, at[1] + 1, at[2] - at[1] - 2, StandardCharsets.ISO_8859_1);
        byte[] container = new byte[hex.length() / 2];
        for (int one = 0; one < container.length; one++) container[one] = (byte) Integer.parseInt(hex.substring(2 * one, 2 * one + 2), 16);
        X509Certificate authority;
        try (FileInputStream file = new FileInputStream(arguments[1])) {
            authority = (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(file);
        }
        CMSSignedData cms = new CMSSignedData(new CMSProcessableByteArray(signed), new ByteArrayInputStream(container));
        Store<X509CertificateHolder> certificates = cms.getCertificates();
        for (SignerInformation signer : cms.getSignerInfos().getSigners()) {
            X509CertificateHolder held = (X509CertificateHolder) certificates.getMatches(signer.getSID()).iterator().next();
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", "BC")
                .generateCertificate(new ByteArrayInputStream(held.getEncoded()));
            certificate.verify(authority.getPublicKey(), "BC");
            System.out.println("digest " + signer.getDigestAlgOID() + " signature " + signer.getEncryptionAlgOID());
            System.out.println(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate)) ? "valid" : "invalid");
        }
        System.out.println(at[0] == 0 && at[2] + at[3] == pdf.length ? "whole" : "part");
    }
}

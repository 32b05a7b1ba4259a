// Unpacks the browser of node_modules beside this file, into TMPDIR as the package does.
import chromium, { inflate } from "@sparticuz/chromium";
import { fileURLToPath } from "node:url";

await chromium.executablePath();
// Libraries that a machine without a desktop lacks (NSS); the package unpacks them
// on AWS Lambda only.
const packed = new URL("../bin/", import.meta.resolve("@sparticuz/chromium"));
await inflate(fileURLToPath(new URL("al2023.tar.br", packed)));

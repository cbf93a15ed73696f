// What the pages do beyond links and forms. Each of these only adds: without a script every task but passkeys still
// works. Only the warning before a session ends, and passkeys, ask the server for something.

import { closeMenusKindly, openOnDesks } from "./disclosures.js";
import { offerCopying } from "./copying.js";
import { offerPrinting } from "./printing.js";
import { followReading } from "./contents.js";
import { keepDrafts } from "./drafts.js";
import { offerPasskeys } from "./passkeys.js";
import { warnBeforeTheEnd } from "./session.js";

closeMenusKindly();
openOnDesks();
offerCopying();
offerPrinting();
followReading();
keepDrafts();
offerPasskeys();
warnBeforeTheEnd();

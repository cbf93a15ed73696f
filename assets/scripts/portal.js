// What the pages do beyond links and forms. Each of these only adds: without a script every task but passkeys still
// works. The server is asked for something only by the warning before a session ends, by passkeys, by pages that save
// themselves, by files on their way, by the search box and where a meeting is prepared; the map asks for its own picture.

import { closeMenusKindly, openOnDesks } from "./disclosures.js";
import { offerCompletions } from "./search-box.js";
import { offerCopying } from "./copying.js";
import { offerMapPicking } from "./map-picker.js";
import { offerPrinting } from "./printing.js";
import { followReading } from "./contents.js";
import { keepDrafts } from "./drafts.js";
import { offerPasskeys } from "./passkeys.js";
import { saveAsOneGoes } from "./autosave.js";
import { offerRowKeys } from "./row-keys.js";
import { showEarliestStart } from "./earliest.js";
import { showUploads } from "./uploading.js";
import { warnBeforeTheEnd } from "./session.js";

closeMenusKindly();
openOnDesks();
offerCompletions();
offerCopying();
offerPrinting();
followReading();
keepDrafts();
offerPasskeys();
offerMapPicking();
saveAsOneGoes();
showUploads();
showEarliestStart();
offerRowKeys();
warnBeforeTheEnd();

// What the pages do beyond links and forms. Each of these only adds: without a script every task
// still works. Nothing here asks a server for anything.

import { closeMenusKindly, openOnDesks } from "./disclosures.js";
import { offerCopying } from "./copying.js";
import { offerPrinting } from "./printing.js";
import { followReading } from "./contents.js";

closeMenusKindly();
openOnDesks();
offerCopying();
offerPrinting();
followReading();

#include <libxml/xmlversion.h>
/* Debian's libxml2 is built with ICU and its headers pull in ICU's, which clash with the ICU inside Foundation as soon
 * as one module sees both. Nothing here uses an encoding handler, the only structure that the switch changes. */
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlerror.h>

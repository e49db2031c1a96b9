/**
 * What the codecs share on the answer's side: JSON trees that lose nothing, the text of server-sent
 * events, and pieces of a text. No format's own names live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect.answer;

import org.jspecify.annotations.NullMarked;

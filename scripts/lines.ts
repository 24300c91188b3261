/**
 * A stream of text, line by line.
 *
 *  1. Lines end with a line feed alone. JSON leaves the other separators of Unicode in names as they are, so a reader that ends lines there,
 *     as node:readline does, cuts a line of JSON into two.
 */

/** `chunks` are whole characters: of a stream with an encoding. What comes after the last line feed is a line too, unless it is empty. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let begun = ''
  for await (const chunk of chunks) {
    const lines = (begun + chunk).split('\n')
    begun = lines.pop()!
    yield* lines
  }
  if (begun !== '') yield begun
}

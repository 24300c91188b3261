/** An update that leaves a document as it is given. */

/** Sets the fields of `document`, and removes those of `optional` that it lacks. */
export function replacing<Document extends object>(document: Document, optional: readonly string[]) {
  const gone = optional.filter((field) => !(field in document)).map((field) => [field, ''])
  return gone.length === 0 ? { $set: document } : { $set: document, $unset: Object.fromEntries(gone) }
}

/**
 * Text that people type: what no such text may hold, and what there must be to see of it. One rule for every field of
 * every service: a schema asks for it by `TextInput`.
 *
 *  1. What steers a terminal, a log or a database is refused: NUL and the other control characters, C1 among them.
 *     Only text of several lines may hold line ends and tabs.
 *  2. What turns round the text that follows is refused (Unicode UAX 9: embeddings, overrides and isolates), and so
 *     is what hides text or is there for machines: tags outside of a flag, variation selectors with nothing to vary,
 *     annotations, invisible operators, byte order marks, deprecated format controls. Marks that belong to a script or
 *     an emoji stay: joiners, their variation selectors, single direction marks, soft hyphens.
 *  3. No letter carries more than MARKS_MAX marks, which would cover the lines above and below.
 *  4. A name shows something: a letter, a digit, a sign, and not only what leaves a blank.
 */
import type { Ajv } from 'ajv'
import Type from '../runtime/schema_types.ts'

/** `line`: one line that shows something; `note`: the same on any number of lines; `prose`: it may also be blank. */
export type TextKind = 'line' | 'note' | 'prose'

const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}]]/v
const CONTROL = /[\p{Cc}--[\t\n\r]]/v
const LINE_END = /[\t\n\r\u2028\u2029]/
const TURNING = /[\u202a-\u202e\u2066-\u2069]/
/** The longest a flag spells is `gbsct` and such; the bound also keeps looking back cheap. */
const LOOSE_TAG = /(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]{0,7})[\u{e0000}-\u{e007f}]/u
/** Format characters that show nothing and have no part in how any script is written, and places kept free for such. */
const HIDDEN =
  /[[[\p{Cf}\p{Cn}]&&\p{Default_Ignorable_Code_Point}]--[\xad\u061c\u180e\u200b-\u200f\u2060\u{e0000}-\u{e007f}]]|[\ufff9-\ufffb]/v
/** Variations of ideographs have selectors of their own. */
const LOOSE_SELECTOR =
  /(?<![[\p{L}\p{N}\p{P}\p{S}\p{M}]--\p{Default_Ignorable_Code_Point}])\p{Variation_Selector}|(?<!\p{Ideographic})[\u{e0100}-\u{e01ef}]/v
/** The tallest stack of Tibetan has 8, and no other living script needs as many. */
export const MARKS_MAX = 8
/** Joiners and the like between marks separate nothing. Both classes are disjoint, so that judging takes no long time. */
const TOO_MANY_MARKS = new RegExp(
  `(?:\\p{M}[\\p{Default_Ignorable_Code_Point}--\\p{M}]*){${MARKS_MAX + 1}}`,
  'v',
)
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u

export const isBlank = (text: string): boolean => !VISIBLE.test(text)

/** What is wrong with a text, as the end of a sentence that begins with its field; or undefined. */
export function textFault(text: string, kind: TextKind): string | undefined {
  if (CONTROL.test(text) || NONCHARACTER.test(text)) return 'must not contain control characters'
  if (TURNING.test(text)) return 'must not contain characters that change the direction of the text'
  if (LOOSE_TAG.test(text) || HIDDEN.test(text) || LOOSE_SELECTOR.test(text)) {
    return 'must not contain hidden characters'
  }
  if (TOO_MANY_MARKS.test(text)) return `must not have more than ${MARKS_MAX} marks on one letter`
  if (kind === 'line' && LINE_END.test(text)) return 'must be one line, without tabs'
  if (kind !== 'prose' && isBlank(text)) return 'must not be blank'
  return undefined
}

const KEYWORD = 'x-text'

/** A schema of text of a kind. */
export const TextInput = (kind: TextKind, options: { maxLength: number; description?: string }) =>
  Type.String({ ...(kind === 'prose' ? {} : { minLength: 1 }), ...options, [KEYWORD]: kind })

/** Teaches a validator the rule. */
export function addTextRule(ajv: Ajv): void {
  const validate = (kind: TextKind, text: string): boolean => {
    const message = textFault(text, kind)
    if (message !== undefined) validate.errors = [{ keyword: KEYWORD, message, params: { kind } }]
    return message === undefined
  }
  validate.errors = undefined as { keyword: string; message: string; params: object }[] | undefined
  ajv.addKeyword({ keyword: KEYWORD, type: 'string', schemaType: 'string', errors: true, validate })
}

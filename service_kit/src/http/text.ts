/**
 * Which characters are allowed in text that people type. Every such field of every service has a schema by `TextInput`.
 *
 *  1. Control characters, which could control a terminal, a log or a database, are refused (NUL and C1 too). Only text of
 *     several lines may contain line ends and tabs.
 *  2. Characters that change the direction of the following text are refused (Unicode UAX 9: embeddings, overrides and
 *     isolates). So are characters that hide text or are meant for programs: tags outside a flag, variation selectors
 *     without a base, annotations, invisible operators, byte order marks, deprecated format controls. Those that belong to a
 *     script or an emoji are allowed: joiners, variation selectors, single direction marks, soft hyphens.
 *  3. A letter has at most MARKS_MAX marks, because more would cover the lines above and below.
 *  4. A name has a visible character: a letter, a digit or a sign.
 */
import type { Ajv } from 'ajv'
import Type from '../runtime/schema_types.ts'

/** `line`: one line that is not blank; `note`: the same with any number of lines; `prose`: it may also be blank. */
export type TextKind = 'line' | 'note' | 'prose'

const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}]]/v
const CONTROL = /[\p{Cc}--[\t\n\r]]/v
const LINE_END = /[\t\n\r\u2028\u2029]/
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/
/** A flag spells at most 7 letters, such as `gbsct`. The bound also makes looking back cheap. */
const LOOSE_TAG = /(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]{0,7})[\u{e0000}-\u{e007f}]/u
/** Invisible format characters that no script needs, and code points reserved for such. */
const HIDDEN =
  /[[[\p{Cf}\p{Cn}]&&\p{Default_Ignorable_Code_Point}]--[\xad\u061c\u180e\u200b-\u200f\u2060\u{e0000}-\u{e007f}]]|[\ufff9-\ufffb]/v
/** The second alternative: selectors for ideographs only. */
const LOOSE_SELECTOR =
  /(?<![[\p{L}\p{N}\p{P}\p{S}\p{M}]--\p{Default_Ignorable_Code_Point}])\p{Variation_Selector}|(?<!\p{Ideographic})[\u{e0100}-\u{e01ef}]/v
/** The highest stack of Tibetan has 8, and no other living script needs more. */
export const MARKS_MAX = 8
/** Joiners between marks do not separate them. The two classes are disjoint, so that matching takes linear time. */
const TOO_MANY_MARKS = new RegExp(
  `(?:\\p{M}[\\p{Default_Ignorable_Code_Point}--\\p{M}]*){${MARKS_MAX + 1}}`,
  'v',
)
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u

export const isBlank = (text: string): boolean => !VISIBLE.test(text)

/** What is wrong with a text, in a sentence without its subject. */
const FAULTS = {
  control: 'must not contain control characters',
  direction: 'must not contain characters that change the direction of the text',
  hidden: 'must not contain hidden characters',
  marks: `must not have more than ${MARKS_MAX} marks on one letter`,
  one_line: 'must be one line, without tabs',
  blank: 'must not be blank',
} as const
export type TextFault = keyof typeof FAULTS

/** Undefined if nothing is wrong. */
export function textFaultOf(text: string, kind: TextKind): TextFault | undefined {
  if (CONTROL.test(text) || NONCHARACTER.test(text)) return 'control'
  if (DIRECTION.test(text)) return 'direction'
  if (LOOSE_TAG.test(text) || HIDDEN.test(text) || LOOSE_SELECTOR.test(text)) return 'hidden'
  if (TOO_MANY_MARKS.test(text)) return 'marks'
  if (kind === 'line' && LINE_END.test(text)) return 'one_line'
  if (kind !== 'prose' && isBlank(text)) return 'blank'
  return undefined
}

/** In a sentence without its subject. */
export function textFault(text: string, kind: TextKind): string | undefined {
  const fault = textFaultOf(text, kind)
  return fault && FAULTS[fault]
}

const KEYWORD = 'x-text'

/** Schema of a text of that kind. */
export const TextInput = (kind: TextKind, options: { maxLength: number; description?: string }) =>
  Type.String({ ...(kind === 'prose' ? {} : { minLength: 1 }), ...options, [KEYWORD]: kind })

/** Adds the keyword of `TextInput` to a validator. */
export function addTextRule(ajv: Ajv): void {
  const validate = (kind: TextKind, text: string): boolean => {
    const message = textFault(text, kind)
    if (message !== undefined) validate.errors = [{ keyword: KEYWORD, message, params: { kind } }]
    return message === undefined
  }
  validate.errors = undefined as { keyword: string; message: string; params: object }[] | undefined
  ajv.addKeyword({ keyword: KEYWORD, type: 'string', schemaType: 'string', errors: true, validate })
}

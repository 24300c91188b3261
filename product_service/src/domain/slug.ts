/**
 * Slugs: the readable part of the address of a page, made from a name. A word is that of a search (search.ts), so an accent
 * or a capital makes no other address.
 */
import { SLUG_LENGTH_MAX } from './details.ts'
import { plainWords } from './search.ts'

/** Whose slug it is; `current` is false if the owner has another one now. */
export type SlugOwner = {
  readonly kind: 'product' | 'group' | 'category'
  readonly id: string
  readonly current: boolean
}

/** Words of letters and digits without case, joined by single hyphens. */
const SLUG = /^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+(-[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}]+)*$/u
/** Letters of the id that distinguish two products of one name. */
const TAIL_LENGTH = 6

export const isSlug = (text: string): boolean =>
  text.length <= SLUG_LENGTH_MAX && SLUG.test(text) && text === text.normalize('NFC')

/** The slug of a name; undefined if the name has neither a letter nor a digit. */
export function slugOf(name: string, lengthMax = SLUG_LENGTH_MAX): string | undefined {
  let slug = ''
  for (const word of plainWords(name)) {
    const longer = slug === '' ? word : `${slug}-${word}`
    if (longer.length > lengthMax) break
    slug = longer
  }
  return slug !== '' && isSlug(slug) ? slug : undefined
}

/** The slugs for a new product, best first. The id makes the last one unique: ids end at random. */
export function slugChoices(name: string, id: string): readonly string[] {
  const tail = id.replaceAll('-', '').slice(-TAIL_LENGTH)
  const slug = slugOf(name, SLUG_LENGTH_MAX - TAIL_LENGTH - 1)
  return slug === undefined ? [tail, id] : [slug, `${slug}-${tail}`, id]
}

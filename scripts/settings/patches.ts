/** Patches of the shop's settings from a command line or a file, checked as PATCH /shop checks them. */
import type { Patch } from '@shop/product_service/domain/change_shop_settings'
import { DEFAULT_SETTINGS, LANGUAGES, LEGAL_PAGES } from '@shop/product_service/domain/shop_settings'
import { ShopPatch } from '@shop/product_service/http/shop_schemas'
import { compileValidator } from '@shop/service_kit/http/validation'
import { type ErrorLike, faultsOf } from '@shop/service_kit/runtime/sentences'

type Tree = { readonly [key: string]: unknown }
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws an Error whose message is for the operator. */
export function patchOf(field: string, text: string, language: string | undefined): Patch {
  const path = field.split('.')
  // A page alone means its text.
  if (path.length === 2 && path[0] === 'legal') path.push('text')
  let known: unknown = DEFAULT_SETTINGS
  for (const name of path) {
    if (!isTree(known) || !Object.hasOwn(known, name)) throw new Error(unknownField(field))
    known = known[name]
  }
  if (isTree(known) && LANGUAGES.every((each) => typeof (known as Tree)[each] === 'string')) {
    if (language === undefined)
      throw new Error(`${field} has a text in each language: add --language ${LANGUAGES.join(' or ')}.`)
    path.push(language)
    known = ''
  } else if (language !== undefined) throw new Error(`${field} is the same in every language.`)
  if (isTree(known)) throw new Error(unknownField(field))
  return checked(path.reduceRight<unknown>((value, name) => ({ [name]: value }), readValue(text, known)))
}

/** The document of `--export`, or a part of it. */
export function patchIn(json: string): Patch {
  let document: unknown
  try {
    document = JSON.parse(json)
  } catch {
    throw new Error('The file is no JSON.')
  }
  if (!isTree(document)) throw new Error('The file must contain one JSON object.')
  return checked(document)
}

function readValue(text: string, known: unknown): unknown {
  if (Array.isArray(known)) {
    return text
      .split(/[;\n]/)
      .map((each) => each.trim())
      .filter((each) => each !== '')
  }
  return known === null && text === 'none' ? null : text
}

const unknownField = (field: string) =>
  `There is no field ${field}. \`npm run settings\` lists them; legal pages are ${LEGAL_PAGES.map((page) => `legal.${page}`).join(', ')}.`

const validate = compileValidator({ schema: ShopPatch, httpPart: 'body' } as never) as {
  (document: unknown): boolean
  errors?: readonly ErrorLike[]
}

function checked(document: unknown): Patch {
  if (validate(document)) return document as Patch
  const faults = faultsOf(validate.errors ?? []).map(
    ({ path, message }) => `${path.slice(1).replaceAll('/', '.')} ${message}.`,
  )
  throw new Error(faults.join('\n'))
}

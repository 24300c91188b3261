/** What the catalogues of texts are written with. */
import { createElement, Fragment, type ReactNode } from 'react'
import { formatNumber } from './formats.ts'

/** A form for each category of the language that differs from `other`; `#` stands for the number. */
type Forms = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string }

/** `count(3, { one: '# item', other: '# items' })` */
export function plurals(language: string): (n: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language)
  return (n, forms) => (forms[rules.select(n)] ?? forms.other).replaceAll('#', formatNumber(n))
}

/** A sentence with elements in it, in the order of the language. */
export const sentence = (texts: TemplateStringsArray, ...parts: readonly ReactNode[]): ReactNode =>
  createElement(Fragment, null, ...texts.flatMap((text, i) => [text, parts[i]]))

/** A text with values in its places, such as `{name}`. */
export const filledText = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_place, name: string) => values[name] ?? '')

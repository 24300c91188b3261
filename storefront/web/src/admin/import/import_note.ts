/** What is said of a row or of a file, in the language of the page. */
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { filledText } from '../../language/sentence.ts'

type Said = {
  readonly code?: keyof typeof admin.imports.noteTexts | undefined
  readonly values?: Readonly<Record<string, string | number>> | undefined
}

/** Undefined for a code that this page does not know: then `message` is shown, which is English. */
export function noteText({ code, values = {} }: Said): string | undefined {
  if (code === undefined || !Object.hasOwn(admin.imports.noteTexts, code)) return undefined
  const texts = values.moved === undefined ? [code] : [code, 'stock_moved' as const]
  const shown = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? formatNumber(value) : value,
    ]),
  )
  return texts.map((each) => filledText(admin.imports.noteTexts[each], shown)).join(' ')
}

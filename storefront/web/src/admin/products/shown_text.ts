/** The text of a field, for people. */
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount, formatList, formatMoment, formatNumber } from '../../language/formats.ts'
import type { Field, NamedValues, Picture } from './conflict.ts'

export const isMoney = (field: Field): boolean => field === 'price' || field === 'compare_at_price'

export function shownText(field: Field, text: string, currency: string): string {
  if (text === '' || text === '[]') return admin.conflict.emptyText
  switch (field) {
    case 'name':
      return admin.conflict.quoted(text)
    case 'price':
    case 'compare_at_price':
      return formatAmount(text, currency)
    case 'stock':
    case 'weight_grams':
      return formatNumber(Number(text))
    case 'media':
      return (JSON.parse(text) as Picture[]).map(({ alt }, i) => `${formatNumber(i + 1)}. ${alt}`).join('\n')
    case 'attributes':
    case 'options':
      return (JSON.parse(text) as NamedValues[])
        .map(([name, values]) => `${name}: ${formatList(values)}`)
        .join('\n')
    case 'categories':
      return admin.conflict.categories((JSON.parse(text) as string[]).length)
    case 'status':
      return admin.fields.statuses[text as 'draft' | 'published']
    case 'tax_class':
      return admin.checkout.classes[text as Product['tax_class']]
    case 'publish_at':
      return formatMoment(new Date(text))
    default:
      return text
  }
}

/** The tax class of a product. Which rate each has in a country is a setting of the checkout (order_service, which has the same list). */

/** `zero` is taxed nowhere. Names as in the VAT directive of the EU (2006/112/EC, articles 96 to 114). */
export const TAX_CLASSES = ['standard', 'reduced', 'second_reduced', 'super_reduced', 'zero'] as const
export type TaxClass = (typeof TAX_CLASSES)[number]

/** Of whatever has no other class. */
export const TAX_CLASS_DEFAULT: TaxClass = 'standard'

/**
 * The number of digits after the decimal point of each currency (ISO 4217). The list is part of the code, because the digits of
 * Intl (from ICU) are those customarily shown, and change with its version: an upgrade of Node could change the value of every
 * stored amount.
 */

/** Date of the list (List One, current currencies and funds). */
export const ISO_4217_PUBLISHED = '2026-01-01'

const CURRENT: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
      CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
      IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
      MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
      SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
      YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

/** Withdrawn since 2023. A shop may still have amounts in them. */
const WITHDRAWN = 'ANG BGN CUC HRK SLL ZWL'
const WITHDRAWN_DIGITS = 2

/**
 * Old stores have their currency stored, but not its digits. They were created with the digits of ICU 78, which are 0 for these
 * currencies and those of ISO 4217 for all others (docs/decisions/0012-digits-of-money.md).
 */
const WHOLE_UNITS_BEFORE = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SLL SOS SYP YER'

const codesOf = (text: string) => text.split(/\s+/)

/** Without codes that have no minor unit, such as XAU (gold) or XXX (none). */
export const CURRENCY_DIGITS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(CURRENT).flatMap(([digits, codes]) =>
    codesOf(codes).map((code) => [code, Number(digits)] as const),
  ),
  ...codesOf(WITHDRAWN).map((code) => [code, WITHDRAWN_DIGITS] as const),
])

/** The digits of an old store of this currency that has none stored. */
export const digitsOfOldStore = (code: string): number | undefined =>
  codesOf(WHOLE_UNITS_BEFORE).includes(code) ? 0 : CURRENCY_DIGITS.get(code)

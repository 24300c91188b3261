/**
 * ISO 4217: how many digits an amount of each currency has after the point. The list is written down here, because
 * what a runtime says (Intl, from ICU) is how amounts are customarily shown, and changes with its version: with it
 * an upgrade of Node could move the point of every stored amount.
 */

/** List One, current currencies and funds, as published on this day. */
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

/** Withdrawn since 2023. A shop that has amounts in one goes on with them. */
const WITHDRAWN = 'ANG BGN CUC HRK SLL ZWL'
const WITHDRAWN_DIGITS = 2

/**
 * Stores that know their currency and not its digits were made with what ICU 78 said. It said 0 for these, so their
 * amounts count whole units (docs/decisions/0012-digits-of-money.md); of all others it said what the list says.
 */
const WHOLE_UNITS_BEFORE = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SLL SOS SYP YER'

const codesOf = (text: string) => text.split(/\s+/)

/** Codes that are no money with a minor unit, such as XAU (gold) or XXX (none), are not in it. */
export const CURRENCY_DIGITS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(CURRENT).flatMap(([digits, codes]) =>
    codesOf(codes).map((code) => [code, Number(digits)] as const),
  ),
  ...codesOf(WITHDRAWN).map((code) => [code, WITHDRAWN_DIGITS] as const),
])

/** What a store was made with before it kept its digits. */
export const digitsOfOldStore = (code: string): number | undefined =>
  codesOf(WHOLE_UNITS_BEFORE).includes(code) ? 0 : CURRENCY_DIGITS.get(code)

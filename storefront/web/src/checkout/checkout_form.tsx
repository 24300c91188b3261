/** Contact, address, shipping and payment in one column, what it costs, and the order. */
import { iso31661 } from 'iso-3166'
import { type FormEvent, useEffect, useState } from 'react'
import { ShopProblem } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import type { CartLine } from '../cart/cart_line.ts'
import { buying } from '../language/buying_texts.ts'
import { currentLanguage } from '../language/switch.ts'
import { t } from '../language/texts.ts'
import { browserStorage, tabStorage } from '../storage.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'
import { Money } from '../ui/format.tsx'
import { Notice } from '../ui/notice.tsx'
import { focusHeading } from '../ui/page_title.tsx'
import {
  type Buyer,
  bodyOf,
  type Faults,
  faultsOf,
  faultsRefused,
  keepBuyer,
  readBuyer,
  regionOf,
} from './buyer.ts'
import { BuyerForm } from './buyer_form.tsx'
import { CheckoutNotice } from './checkout_notice.tsx'
import { QuoteProblem, RefusedNotice } from './checkout_notices.tsx'
import { type CheckoutSettings, quoteQuery } from './checkout_queries.ts'
import { GUEST } from './kept.ts'
import { Options } from './options.tsx'
import { QuoteSummary } from './quote_summary.tsx'
import { useCheckout } from './use_checkout.ts'

/** `owner`: the id of the signed-in user, or GUEST. */
type Props = { owner: string; lines: readonly CartLine[]; settings: CheckoutSettings }

export function CheckoutForm({ owner, lines, settings }: Props) {
  const storage = owner === GUEST ? tabStorage : browserStorage
  const countries = countriesOf(settings)
  const [buyer, setBuyer] = useState(() => withCountry(readBuyer(storage, owner), countries))
  const [faults, setFaults] = useState<Faults>({})
  const [wanted, setWanted] = useState('')
  const [method, setMethod] = useState(settings.payment_methods[0])
  const checkout = useCheckout(owner)
  const { step } = checkout
  const refused = step.at === 'refused' ? step.error : undefined
  const needsRegion = settings.tax_rates.some(
    ({ country, region }) => country === buyer.country && region !== null,
  )
  const region = needsRegion ? regionOf(buyer) : null
  const isPlaced = buyer.country !== '' && (!needsRegion || (region !== null && REGION.test(region)))
  const place = { country: isPlaced ? buyer.country : '', region }
  const quoted = useAnswer(quoteQuery(lines, place, wanted))
  const quote = isPlaced ? quoted.data : undefined
  const methods = quote?.shipping_methods ?? []
  const chosen = methods.find(({ id }) => id === wanted)?.id ?? methods[0]?.id ?? ''
  useEffect(() => setWanted(chosen), [chosen])
  useEffect(() => {
    if (refused === undefined) return
    if (refused instanceof ShopProblem) setFaults(faultsRefused(refused.document?.errors))
    void quoted.refetch()
  }, [refused, quoted.refetch])

  if (lines.length === 0 && step.at === 'cart') {
    return (
      <EmptyState
        title={buying.empty}
        action={
          <ButtonLink to="/" tone="primary">
            {t.cart.browse}
          </ButtonLink>
        }
      >
        {t.cart.emptyMore}
      </EmptyState>
    )
  }
  const change = (changed: Partial<Buyer>) => {
    const next = { ...buyer, ...changed }
    setBuyer(next)
    keepBuyer(storage, owner, next)
    setFaults(({ ...rest }) => {
      for (const field of Object.keys(changed) as (keyof Buyer)[]) delete rest[field]
      return rest
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = faultsOf(buyer, needsRegion)
    setFaults(found)
    const [first] = Object.keys(found)
    if (first !== undefined) {
      const form = event.currentTarget as HTMLFormElement
      ;(form.elements.namedItem(first) as HTMLElement | null)?.focus()
      return
    }
    if (typeof quote?.quote === 'string') void checkout.order(lines, bodyOf(buyer, quote.quote, method))
  }
  const isPaid = settings.payments !== 'off'
  const waiting = step.at === 'sending' || step.at === 'asking'
  return (
    <form noValidate onSubmit={submit} className="grid gap-6">
      <BuyerForm {...{ buyer, change, faults, countries, needsRegion }} />
      {settings.shipping_methods.length > 0 &&
        (methods.length > 0 ? (
          <Options
            name="shipping"
            title={buying.shipping}
            chosen={chosen}
            choose={setWanted}
            options={methods.map(({ id, names, price }) => ({
              value: id,
              label: names[currentLanguage()],
              aside: <Money amount={price} currency={quote!.currency} className="tabular font-semibold" />,
            }))}
          />
        ) : (
          <p className="text-soft">{quote ? buying.noShipping : buying.noCountry}</p>
        ))}
      {isPaid && (
        <Options
          name="payment"
          title={buying.payment}
          chosen={method ?? ''}
          choose={setMethod}
          options={settings.payment_methods.map((value) => ({
            ...{ value, label: buying.methods[value], more: buying.methodsMore[value] },
          }))}
        />
      )}
      {quoted.error && isPlaced && <QuoteProblem error={quoted.error} retry={quoted.refetch} />}
      {quote ? (
        <QuoteSummary quote={quote} />
      ) : (
        isPlaced && !quoted.error && <p role="status">{buying.quoting}</p>
      )}
      {refused === undefined ? (
        <CheckoutNotice checkout={checkout} signedIn unchanged />
      ) : (
        <RefusedNotice error={refused} />
      )}
      {step.at === 'changed' && (
        <Notice
          tone="warn"
          title={buying.cartChanged}
          action={
            <ButtonLink size="sm" to="/cart" onClick={focusHeading}>
              {buying.toCart}
            </ButtonLink>
          }
        >
          <p>{buying.cartChangedMore}</p>
        </Notice>
      )}
      {step.at !== 'missing' && (
        <Button
          type="submit"
          tone="primary"
          size="lg"
          busy={waiting || quoted.isPlaceholderData}
          waitShownElsewhere
        >
          {isPaid ? buying.order : buying.orderFree}
        </Button>
      )}
    </form>
  )
}

const REGION = /^[A-Z0-9]{1,3}$/
const ALL = iso31661.filter(({ state }) => state === 'assigned').map(({ alpha2 }) => alpha2)

/** Where the shop ships to; everywhere if it has no ways of shipping. */
const countriesOf = ({ shipping_methods }: CheckoutSettings): readonly string[] =>
  shipping_methods.length === 0 ? ALL : [...new Set(shipping_methods.flatMap(({ countries }) => countries))]

function withCountry(buyer: Buyer, countries: readonly string[]): Buyer {
  if (countries.includes(buyer.country)) return buyer
  const own = navigator.languages.flatMap((tag) => new Intl.Locale(tag).region ?? [])
  const country =
    own.find((code) => countries.includes(code)) ?? (countries.length === 1 ? countries[0]! : '')
  return { ...buyer, country, region: '' }
}

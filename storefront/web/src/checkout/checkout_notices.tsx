import { ShopProblem } from '../api/shop.ts'
import { buying } from '../language/buying_texts.ts'
import { formatAmount } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'

export function QuoteProblem({ error, retry }: { error: unknown; retry: () => unknown }) {
  const isOfCart =
    error instanceof ShopProblem && ['products_unknown', 'validation_failed'].includes(String(error.code))
  return (
    <>
      <ProblemNotice error={error} title={buying.noQuote} {...(isOfCart ? {} : { retry })} />
      {isOfCart && <ButtonLink to="/cart">{buying.toCart}</ButtonLink>}
    </>
  )
}

function limitsOf(error: unknown): string {
  const { least, most, currency } =
    (error instanceof ShopProblem && error.document) || ({} as Record<string, unknown>)
  return [least, most].map((amount) => formatAmount(String(amount), String(currency))).join(' – ')
}

export function RefusedNotice({ error }: { error: unknown }) {
  const code = error instanceof ShopProblem ? String(error.code) : ''
  const own = code.startsWith('quote_')
    ? { title: buying.requoted, more: buying.requotedMore }
    : code === 'too_many_unpaid_orders'
      ? { title: buying.tooMany, more: buying.tooManyMore }
      : code === 'amount_not_by_card'
        ? { title: buying.notByCard, more: buying.notByCardMore(limitsOf(error)) }
        : undefined
  if (own === undefined) return <ProblemNotice error={error} title={t.failed.order} />
  return (
    <Notice live tone="warn" title={own.title} className="arriving">
      <p>{own.more}</p>
    </Notice>
  )
}

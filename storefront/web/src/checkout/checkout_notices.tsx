import { ShopProblem } from '../api/shop.ts'
import { buying } from '../language/buying_texts.ts'
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

export function RefusedNotice({ error }: { error: unknown }) {
  const code = error instanceof ShopProblem ? String(error.code) : ''
  const own = code.startsWith('quote_')
    ? { title: buying.requoted, more: buying.requotedMore }
    : code === 'too_many_unpaid_orders'
      ? { title: buying.tooMany, more: buying.tooManyMore }
      : undefined
  if (own === undefined) return <ProblemNotice error={error} title={t.failed.order} />
  return (
    <Notice live tone="warn" title={own.title} className="arriving">
      <p>{own.more}</p>
    </Notice>
  )
}

import { ShopProblem } from '../api/shop.ts'
import { buying } from '../language/buying_texts.ts'
import { Button } from '../ui/button.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Typed } from '../ui/typed.tsx'
import type { Statement } from './statement.ts'
import { SHEET } from './statement_form.tsx'

const MINUTE_MS = 60_000

/** The second step: nothing was sent before. */
export function ConfirmStatement({
  said,
  error,
  isPending,
  confirm,
  change,
}: {
  said: Statement
  error: unknown
  isPending: boolean
  confirm: () => void
  change: () => void
}) {
  const texts = buying.withdraw
  return (
    <>
      <p className="text-soft">{texts.checkMore}</p>
      <div className={SHEET}>
        <p className="text-lg">
          {texts.sentence(
            <Typed className="font-semibold">{said.orderNumber.trim()}</Typed>,
            <Typed className="font-semibold">{said.name.trim()}</Typed>,
          )}
        </p>
        <Facts
          rows={[
            [texts.which, said.isWhole ? texts.whole : said.goods.trim()],
            [texts.email, said.email.trim()],
          ]}
        />
        <Refused error={error} />
        <div className="grid gap-3">
          <Button tone="primary" size="lg" busy={isPending} onClick={confirm}>
            {texts.confirm}
          </Button>
          <Button onClick={change} aria-disabled={isPending}>
            {texts.change}
          </Button>
        </div>
      </div>
    </>
  )
}

function Refused({ error }: { error: unknown }) {
  if (!error) return null
  const texts = buying.withdraw
  if (error instanceof ShopProblem && String(error.code) === 'too_many_withdrawals') {
    return (
      <Notice live tone="bad" title={texts.failed}>
        {texts.tooMany(Math.ceil((error.retryAfterMs ?? MINUTE_MS) / MINUTE_MS))}
      </Notice>
    )
  }
  return (
    <div className="grid gap-2">
      <ProblemNotice error={error} title={texts.failed} />
      <p className="text-sm text-soft">{texts.failedMore}</p>
    </div>
  )
}

/** Names and what was typed for them. */
export function Facts({ rows }: { rows: readonly (readonly [label: string, text: string])[] }) {
  return (
    <dl className="grid gap-3">
      {rows.map(([label, text]) => (
        <div key={label} className="grid gap-0.5 [overflow-wrap:anywhere]">
          <dt className="text-sm text-soft">{label}</dt>
          <dd className="whitespace-pre-line">
            <Typed>{text}</Typed>
          </dd>
        </div>
      ))}
    </dl>
  )
}

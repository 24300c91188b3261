/** The returns of an order for its buyer: their states, and the way to ask for one. */
import { useState } from 'react'
import type { Order } from '../api/types.ts'
import { useAnswer } from '../api/use_answer.ts'
import { buying } from '../language/buying_texts.ts'
import { formatNumber } from '../language/formats.ts'
import { t } from '../language/texts.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Money, Time } from '../ui/format.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Typed } from '../ui/typed.tsx'
import { ReturnDialog } from './return_dialog.tsx'
import { type Return, returnsOfOrderQuery } from './returns_query.ts'
import { canComeBack } from './status.ts'

export function ReturnsPart({ order }: { order: Order }) {
  const { data, error, refetch } = useAnswer(returnsOfOrderQuery(order))
  const [asking, setAsking] = useState(false)
  const texts = buying.returns
  if (!canComeBack(order)) return null
  if (!data) return error ? <ProblemNotice error={error} title={texts.notShown} retry={refetch} /> : null
  const isLeft = data.returnable.some(({ quantity }) => quantity > 0)
  return (
    <>
      {data.items.length > 0 && (
        <section aria-label={texts.title} className="grid gap-4 rounded-xl bg-surface p-5 shadow-rest">
          <h2 className="font-semibold">{texts.title}</h2>
          <ul className="grid gap-4 divide-y divide-line *:pb-4 *:last:pb-0">
            {data.items.map((each) => (
              <OneReturn key={each.id} each={each} order={order} currency={data.currency} />
            ))}
          </ul>
        </section>
      )}
      {isLeft && <Button onClick={() => setAsking(true)}>{texts.ask}</Button>}
      {isLeft && (
        <ReturnDialog
          {...{ order, refetch, open: asking, returnable: data.returnable }}
          texts={{ title: texts.askTitle, more: texts.askMore, send: texts.send, done: texts.asked }}
          close={() => setAsking(false)}
        />
      )}
    </>
  )
}

const TONES = { requested: 'info', accepted: 'warn', refused: 'neutral', received: 'good' } as const

function OneReturn({ each, order, currency }: { each: Return; order: Order; currency: string }) {
  const texts = buying.returns
  const nameOf = (id: string) =>
    order.lines.find(({ product_id }) => product_id === id)?.name ?? t.common.product
  return (
    <li className="grid justify-items-start gap-1.5">
      <Badge tone={TONES[each.state]}>{texts.states[each.state]}</Badge>
      <ul>
        {each.lines.map(({ product_id, quantity }) => (
          <li key={product_id}>{texts.times(formatNumber(quantity), <Typed>{nameOf(product_id)}</Typed>)}</li>
        ))}
      </ul>
      <p className="text-sm text-soft">{texts.at(<Time at={each.requested_at} />)}</p>
      {each.withdrawal_id !== null && <p className="text-sm text-soft">{texts.byWithdrawal}</p>}
      {each.note !== null && <p>{texts.note(<Typed>{each.note}</Typed>)}</p>}
      {each.receipts.map(({ id, refund, refund_amount, set_off_amount }) => (
        <p key={id} className="text-soft">
          {texts.refunds[refund]}
          {refund_amount !== null && refund !== 'refused' && (
            <> {texts.refunded(<Money amount={refund_amount} currency={currency} />)}</>
          )}
          {Number(set_off_amount ?? 0) > 0 && (
            <> {texts.setOff(<Money amount={set_off_amount!} currency={currency} />)}</>
          )}
        </p>
      ))}
    </li>
  )
}

/** The returns of an order for the admin: to decide on, to receive, and what became of stock and money. */
import { type ReactNode, useState } from 'react'
import type { Order } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { buying } from '../../language/buying_texts.ts'
import { formatAmount, formatNumber } from '../../language/formats.ts'
import { ReturnDialog } from '../../orders/return_dialog.tsx'
import { type Return, returnsOfOrderQuery } from '../../orders/returns_query.ts'
import { canComeBack } from '../../orders/status.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Money, Time } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Typed } from '../../ui/typed.tsx'
import { Name } from '../names.tsx'
import { Panel } from '../parts.tsx'
import { DecideDialog } from './decide_dialog.tsx'
import { ReceiveDialog } from './receive_dialog.tsx'
import { ReturnBadge } from './return_badges.tsx'

export function ReturnsPart({ order }: { order: Order }) {
  const { data, error, refetch } = useAnswer(returnsOfOrderQuery(order))
  const [adding, setAdding] = useState(false)
  const texts = admin.returns
  if (!canComeBack(order)) return null
  const isLeft = data?.returnable.some(({ quantity }) => quantity > 0) === true
  return (
    <Panel
      title={texts.title}
      aside={
        isLeft && (
          <Button size="sm" onClick={() => setAdding(true)}>
            {texts.add}
          </Button>
        )
      }
    >
      {data ? (
        data.items.length === 0 ? (
          <p className="text-soft">{texts.none}</p>
        ) : (
          <ul className="grid gap-5 divide-y divide-line *:pb-5 *:last:pb-0">
            {data.items.map((each) => (
              <OneReturn
                key={each.id}
                {...{ each, order, refetch, currency: data.currency }}
                isShippingBack={data.items.some(({ receipts }) => receipts.some(gaveShippingBack))}
              />
            ))}
          </ul>
        )
      ) : error ? (
        <ProblemNotice error={error} title={texts.notShown} retry={refetch} />
      ) : (
        <Skeleton className="h-24" />
      )}
      {data && isLeft && (
        <ReturnDialog
          {...{ order, refetch, open: adding, returnable: data.returnable }}
          texts={{ title: texts.addTitle, more: texts.addMore, send: texts.add, done: texts.added }}
          close={() => setAdding(false)}
        />
      )}
    </Panel>
  )
}

type Receipt = Return['receipts'][number]
const gaveShippingBack = ({ refunds_shipping, refund }: Receipt) => refunds_shipping && refund !== 'refused'

type Asked = 'accepted' | 'refused' | 'receive'

function OneReturn({
  each,
  order,
  currency,
  refetch,
  isShippingBack,
}: {
  each: Return
  order: Order
  currency: string
  refetch: () => unknown
  isShippingBack: boolean
}) {
  const texts = admin.returns
  const [asked, ask] = useState<Asked>()
  const close = () => ask(undefined)
  const nameOf = (id: string) =>
    order.lines.find(({ product_id }) => product_id === id)?.name ?? admin.order.nameUnknown
  const isOpen = each.state === 'requested' || each.state === 'accepted'
  const some = each.receipts.length > 0
  return (
    <li className="grid gap-2">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <ReturnBadge state={each.state} />
        <span className="text-sm text-soft">
          {texts.requestedBy(<Name id={each.requested_by} />, <Time at={each.requested_at} />)}
        </span>
      </p>
      <ul className="font-semibold">
        {each.lines.map(({ product_id, quantity }) => (
          <li key={product_id}>
            {buying.returns.times(formatNumber(quantity), <Typed>{nameOf(product_id)}</Typed>)}
          </li>
        ))}
      </ul>
      {each.withdrawal_id !== null && <p className="text-soft">{texts.byWithdrawal}</p>}
      {each.reason !== null && <p>{texts.reason(<Typed>{each.reason}</Typed>)}</p>}
      {each.note !== null && <p>{texts.noteOf(<Typed>{each.note}</Typed>)}</p>}
      {each.receipts.map((receipt) => (
        <OneReceipt key={receipt.id} {...{ receipt, currency }} />
      ))}
      {isOpen && (
        <div className="flex flex-wrap gap-2 pt-1">
          {each.state === 'requested' && (
            <Button size="sm" tone="primary" onClick={() => ask('accepted')}>
              {texts.accept}
            </Button>
          )}
          <Button
            size="sm"
            {...(each.state === 'accepted' ? { tone: 'primary' } : {})}
            onClick={() => ask('receive')}
          >
            {texts.receive}
          </Button>
          <Button size="sm" tone="danger" onClick={() => ask('refused')}>
            {some ? texts.giveUp : texts.refuse}
          </Button>
        </div>
      )}
      {isOpen && (
        <>
          <DecideDialog
            {...{ orderId: order.id, each, refetch, close }}
            to={asked === 'accepted' || asked === 'refused' ? asked : undefined}
            isRest={some}
          />
          <ReceiveDialog
            {...{ order, each, nameOf, refetch, close }}
            open={asked === 'receive'}
            hasShipping={!isShippingBack && Number(order.checkout?.shipping?.price ?? 0) > 0}
          />
        </>
      )}
    </li>
  )
}

const RESTOCK_TONES: Readonly<Record<Receipt['restock'], BadgeTone>> = {
  ...{ none: 'neutral', owed: 'info', done: 'good', refused: 'bad' },
}
const REFUND_TONES: Readonly<Record<Receipt['refund'], BadgeTone>> = {
  ...{ none: 'neutral', owed: 'info', unpaid: 'warn', pending: 'info', done: 'good', refused: 'bad' },
}

function OneReceipt({ receipt, currency }: { receipt: Receipt; currency: string }) {
  const texts = admin.returns
  const { at, lines, restock, refund, refund_amount, set_off_amount, refusal } = receipt
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const why: ReactNode = refusal === null ? null : (texts.refusals[refusal] ?? refusal)
  return (
    <div className="grid gap-1.5 rounded-lg bg-sunken p-3">
      <p className="text-sm">{texts.receipt(<Time at={at} />, texts.units(units))}</p>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={RESTOCK_TONES[restock]}>{texts.restocks[restock]}</Badge>
        <Badge tone={REFUND_TONES[refund]}>{texts.refunds[refund]}</Badge>
        {refund_amount !== null && refund !== 'refused' && (
          <Money amount={refund_amount} currency={currency} className="tabular font-semibold" />
        )}
      </p>
      {Number(set_off_amount ?? 0) > 0 && (
        <p className="text-sm text-soft">{texts.wasSetOff(formatAmount(set_off_amount!, currency))}</p>
      )}
      {why !== null && <p className="text-sm text-bad">{why}</p>}
    </div>
  )
}

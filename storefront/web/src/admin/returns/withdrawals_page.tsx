/** Statements of withdrawal: those that wait for an admin, and what was done about the others. */
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { PAGE } from '../../../../src/http/page_addresses.ts'
import { dataOf, shop } from '../../api/shop.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { Time } from '../../ui/format.tsx'
import { Typed } from '../../ui/typed.tsx'
import { CaseList, useStateAsked } from './case_list.tsx'
import { type Chosen, CLOSED_AT_ONCE_MAX, CloseJunk } from './close_junk.tsx'
import { NoteDialog } from './note_dialog.tsx'
import { WITHDRAWAL_STATES, type Withdrawal, withdrawalsQuery } from './queries.ts'

const NOTE = LIMITS['PUT /withdrawals/{id}'].note

export default function WithdrawalsPage() {
  const [state, choose] = useStateAsked(WITHDRAWAL_STATES)
  const list = usePages(withdrawalsQuery(state))
  const [chosen, setChosen] = useState<Chosen>(new Map())
  const clear = () => setChosen(new Map())
  const flip = ({ id, version }: Withdrawal, isChosen: boolean) => {
    const next = new Map(chosen)
    if (isChosen && next.size < CLOSED_AT_ONCE_MAX) next.set(id, version)
    else next.delete(id)
    setChosen(next)
  }
  return (
    <CaseList
      texts={admin.returns.withdrawals}
      states={WITHDRAWAL_STATES}
      {...{ state, list }}
      choose={(next) => {
        clear()
        choose(next)
      }}
      aside={
        <div className="flex flex-wrap gap-3">
          <CloseJunk {...{ chosen, clear }} refetch={list.refetch} />
          <ButtonLink to={PAGE.adminReturns}>{admin.returns.title}</ButtonLink>
        </div>
      }
    >
      {(item) => (
        <Item
          key={item.id}
          item={item}
          refetch={list.refetch}
          isChosen={chosen.has(item.id)}
          flip={(isChosen) => flip(item, isChosen)}
        />
      )}
    </CaseList>
  )
}

function Item({
  item,
  refetch,
  isChosen,
  flip,
}: {
  item: Withdrawal
  refetch: () => unknown
  isChosen: boolean
  flip: (isChosen: boolean) => void
}) {
  const texts = admin.returns.withdrawals
  const { order_number, name, email, goods, received_at, state, order_id, matched, late } = item
  return (
    <li className="grid gap-3 rounded-xl bg-surface p-4 shadow-rest sm:p-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 font-semibold">
          <Typed>{name}</Typed>
          <Typed className="block font-normal text-soft">{email}</Typed>
        </p>
        <Time at={received_at} className="text-sm text-soft" />
      </div>
      <p>
        {texts.numberSaid(<Typed className="font-semibold">{order_number}</Typed>)}
        {' · '}
        {goods === null ? texts.whole : <Typed className="whitespace-pre-line">{goods}</Typed>}
      </p>
      <p className="flex flex-wrap gap-2">
        <Badge tone={matched ? 'good' : 'warn'}>
          {matched ? texts.matched : order_id === null ? texts.unmatched : texts.otherBuyer}
        </Badge>
        {late && <Badge tone="warn">{texts.late}</Badge>}
        <Badge tone={item.receipt === 'sent' || item.receipt === 'owed' ? 'neutral' : 'bad'}>
          {texts.receipts[item.receipt]}
        </Badge>
      </p>
      <ul className="text-sm text-soft">
        {item.history.map(({ type, at }) => (
          <li key={at + type}>
            <Time at={at} /> {texts.steps[type]}
          </li>
        ))}
      </ul>
      {item.note !== null && <p>{texts.noteOf(<Typed>{item.note}</Typed>)}</p>}
      <div className="flex flex-wrap items-center gap-3">
        {order_id !== null && (
          <Link to={`/admin/orders/${order_id}`} className="font-semibold text-accent underline">
            {texts.toOrder}
          </Link>
        )}
        {state !== 'done' && <Close id={item.id} refetch={refetch} />}
        {state !== 'done' && (
          <Checkbox
            label={texts.choose}
            aria-label={`${texts.choose}: ${name}, ${order_number}`}
            checked={isChosen}
            onChange={({ currentTarget }) => flip(currentTarget.checked)}
          />
        )}
      </div>
    </li>
  )
}

function Close({ id, refetch }: { id: string; refetch: () => unknown }) {
  const texts = admin.returns.withdrawals
  const [asking, setAsking] = useState(false)
  const { mutateAsync, error, isPending } = useMutation({
    mutationFn: (note: { note?: string }) =>
      dataOf(
        shop.orders.PUT('/withdrawals/{id}', {
          params: { path: { id } },
          body: { state: 'done', ...note },
        }),
      ),
    onSettled: () => refetch(),
  })
  return (
    <>
      <Button size="sm" onClick={() => setAsking(true)}>
        {texts.close}
      </Button>
      <NoteDialog
        open={asking}
        close={() => setAsking(false)}
        title={texts.closeTitle}
        label={texts.note}
        limit={NOTE}
        confirm={texts.close}
        done={texts.closed}
        failed={texts.failed}
        save={mutateAsync}
        {...{ error, isPending }}
      />
    </>
  )
}

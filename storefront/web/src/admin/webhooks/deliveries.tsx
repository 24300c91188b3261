/** What was delivered to an endpoint, what waits and what was given up; and sending again what was chosen. */
import { LIMITS } from '@shop/client/generated/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import { usePages } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Ago } from '../../ui/format.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.ts'
import { More, Panel } from '../parts.tsx'
import { AttemptsDialog } from './attempts_dialog.tsx'
import { Refused } from './parts.tsx'
import {
  DELIVERY_STATES,
  type Delivery,
  type DeliveryState,
  deliveriesQuery,
  type Replay,
} from './queries.ts'
import { ReplayRange } from './replay_range.tsx'

const AT_ONCE_MAX = LIMITS['POST /endpoints/{id}/replays'].event_ids.maxItems

const TONES: Readonly<Record<DeliveryState, BadgeTone>> = {
  waiting: 'neutral',
  queued: 'info',
  done: 'good',
  dead: 'bad',
}

export function Deliveries({ id }: { id: string }) {
  const texts = admin.deliveries
  const queries = useQueryClient()
  const [state, setState] = useState<DeliveryState>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<Delivery>()
  const list = usePages(deliveriesQuery(id, state))
  const deliveries = list.data?.pages.flatMap(({ items }) => items)
  const replay = useMutation({
    mutationFn: (body: Replay) =>
      dataOf(shop.notifications.POST('/endpoints/{id}/replays', { params: { path: { id } }, body })),
    onSuccess: ({ queued }) => {
      setChosen(new Set())
      toast({ title: texts.queued(queued) })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['admin', 'webhooks', 'deliveries', id] }),
  })
  const choose = (event: string, on: boolean) =>
    setChosen((now) => new Set([...now].filter((each) => each !== event).concat(on ? [event] : [])))
  return (
    <Panel
      title={texts.title}
      aside={
        <SelectField
          label={texts.state}
          value={state ?? ''}
          options={[
            { value: '', label: texts.every },
            ...DELIVERY_STATES.map((value) => ({ value, label: texts.states[value] })),
          ]}
          onChange={({ currentTarget: { value } }) => {
            setState(value === '' ? undefined : (value as DeliveryState))
            setChosen(new Set())
          }}
        />
      }
    >
      <div className="grid gap-4">
        <Refused error={replay.error} title={texts.notQueued} />
        {list.error && !deliveries && (
          <ProblemNotice error={list.error} title={texts.notShown} retry={list.refetch} />
        )}
        {/* What is below the list stays where it is, while it loads and however short it is. */}
        <div className="min-h-[75svh] sm:min-h-80">
          {list.isPending && (
            <>
              <Loading what={texts.loading} />
              <Skeleton className="h-40" />
            </>
          )}
          {deliveries?.length === 0 && <p>{texts.none}</p>}
          {deliveries && deliveries.length > 0 && (
            <ul aria-label={texts.title} className="grid divide-y divide-line">
              {deliveries.map((delivery) => (
                <Row
                  key={delivery.position}
                  delivery={delivery}
                  chosen={chosen.has(delivery.event_id)}
                  choose={(on) => choose(delivery.event_id, on)}
                  open={() => setOpened(delivery)}
                />
              ))}
            </ul>
          )}
        </div>
        <More of={list}>{texts.moreDeliveries}</More>
        {chosen.size > 0 && (
          <div className="sticky bottom-3 flex flex-wrap items-center gap-3 rounded-lg bg-sunken p-3 shadow-lift">
            <Button
              tone="primary"
              busy={replay.isPending}
              disabled={chosen.size > AT_ONCE_MAX}
              onClick={() => replay.mutate({ event_ids: [...chosen] })}
            >
              {texts.again(chosen.size)}
            </Button>
            {chosen.size > AT_ONCE_MAX && <p className="text-sm text-bad">{texts.tooMany(AT_ONCE_MAX)}</p>}
          </div>
        )}
        <ReplayRange busy={replay.isPending} send={replay.mutate} />
      </div>
      <AttemptsDialog id={id} delivery={opened} close={() => setOpened(undefined)} />
    </Panel>
  )
}

function Row({
  delivery,
  chosen,
  choose,
  open,
}: {
  delivery: Delivery
  chosen: boolean
  choose: (on: boolean) => void
  open: () => void
}) {
  const texts = admin.deliveries
  const { event_id, position, type, state, attempts, last_error, last_status, due_at, updated_at } = delivery
  const said = last_status === null ? last_error : texts.answered(last_status)
  return (
    <li className="flex items-start gap-3 py-3">
      <label className="grid size-11 shrink-0 cursor-pointer place-items-center">
        <span className="sr-only">{texts.choose(event_id)}</span>
        <input
          type="checkbox"
          className="size-5 accent-accent"
          checked={chosen}
          onChange={({ currentTarget }) => choose(currentTarget.checked)}
        />
      </label>
      <div className="grid min-w-0 flex-1 gap-0.5">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-semibold">{type}</span>
          <Badge tone={TONES[state]}>{texts.states[state]}</Badge>
        </p>
        <p className="font-mono text-xs text-soft [overflow-wrap:anywhere]">{event_id}</p>
        <p className="text-sm text-soft">
          {texts.position(formatNumber(position))}
          {' · '}
          {state === 'queued' && due_at !== null
            ? texts.next(<Ago at={due_at} />)
            : texts.at(<Ago at={updated_at} />)}
          {said !== null && state !== 'done' && ` · ${said}`}
        </p>
      </div>
      <Button size="sm" aria-label={`${texts.attempts(attempts)}: ${event_id}`} onClick={open}>
        {texts.attempts(attempts)}
      </Button>
    </li>
  )
}

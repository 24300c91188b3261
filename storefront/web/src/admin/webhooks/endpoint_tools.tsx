/** Signatures of an endpoint, a test event, and its removal. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Time } from '../../ui/format.tsx'
import { Notice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Panel } from '../parts.tsx'
import { CopyField, Refused, Secret } from './parts.tsx'
import { type Endpoint, endpointQuery, endpointsQuery } from './queries.ts'

type Props = { endpoint: Endpoint }
const paramsOf = ({ id }: Endpoint) => ({ params: { path: { id } } })

export function EndpointTools({ endpoint }: Props) {
  return (
    <Panel title={admin.webhooks.signing}>
      <div className="grid gap-5">
        <Signatures endpoint={endpoint} />
        <div className="flex flex-wrap items-start gap-3 border-t border-line pt-5">
          <TestEvent endpoint={endpoint} />
          <Remove endpoint={endpoint} />
        </div>
      </div>
    </Panel>
  )
}

function Signatures({ endpoint }: Props) {
  const texts = admin.webhooks
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: () => dataOf(shop.notifications.POST('/endpoints/{id}/secret', paramsOf(endpoint))),
    onSuccess: (now) => queries.setQueryData(endpointQuery(endpoint.id).queryKey, now.endpoint),
  })
  return (
    <>
      <p className="text-soft">{texts.signingMore}</p>
      <CopyField label={texts.publicKey} text={endpoint.public_key} />
      {endpoint.old_secret_until !== null && (
        <p>{texts.oldSecret(<Time at={endpoint.old_secret_until} />)}</p>
      )}
      <Refused error={error} title={texts.notRotated} />
      {data ? (
        <Secret secret={data.secret} kept={reset} />
      ) : (
        <Button busy={isPending} className="justify-self-start" onClick={() => setAsking(true)}>
          {texts.rotate}
        </Button>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={texts.rotateAsk}
        confirm={texts.rotate}
        keep={texts.cancel}
        onConfirm={() => {
          setAsking(false)
          mutate()
        }}
      >
        {texts.rotateMore}
      </ConfirmDialog>
    </>
  )
}

function TestEvent({ endpoint }: Props) {
  const texts = admin.webhooks
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => dataOf(shop.notifications.POST('/endpoints/{id}/test', paramsOf(endpoint))),
  })
  const good = data && data.status !== null && data.status >= 200 && data.status < 300
  return (
    <>
      {(data || error) && (
        <div className="w-full">
          <Refused error={error} title={texts.notTested} />
          {data && (
            <Notice
              live
              tone={good ? 'good' : 'bad'}
              title={
                data.status === null
                  ? texts.testFailed(formatNumber(data.duration_ms))
                  : texts.tested(data.status, formatNumber(data.duration_ms))
              }
            >
              {data.error}
            </Notice>
          )}
        </div>
      )}
      <Button busy={isPending} onClick={() => mutate()}>
        {texts.test}
      </Button>
    </>
  )
}

function Remove({ endpoint }: Props) {
  const texts = admin.webhooks
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      shop.notifications.DELETE('/endpoints/{id}', paramsOf(endpoint)).catch((failure) => {
        if (!(failure instanceof ShopProblem && failure.status === 404)) throw failure
      }),
    onSuccess: async () => {
      toast({ title: texts.removed })
      await navigate('/admin/webhooks')
      queries.removeQueries({ queryKey: endpointQuery(endpoint.id).queryKey })
      void queries.invalidateQueries({ queryKey: endpointsQuery.queryKey })
    },
  })
  return (
    <>
      {error && (
        <div className="w-full">
          <Refused error={error} title={texts.notRemoved} />
        </div>
      )}
      <Button tone="danger" icon="trash" busy={isPending} onClick={() => setAsking(true)}>
        {texts.remove}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={texts.removeAsk}
        confirm={texts.remove}
        keep={texts.cancel}
        onConfirm={() => {
          setAsking(false)
          mutate()
        }}
      >
        {texts.removeMore}
      </ConfirmDialog>
    </>
  )
}

/** The addresses of other programs that get what happens in the shop. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { dataOf, shop } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList } from '../../language/formats.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty_state.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage } from '../parts.tsx'
import { EndpointFields, useEndpointFields } from './endpoint_fields.tsx'
import { Refused, Secret, StateBadge } from './parts.tsx'
import { type Endpoint, endpointsQuery } from './queries.ts'

export default function WebhooksPage() {
  const { data, error, isPending, refetch } = useAnswer(endpointsQuery)
  const [adding, setAdding] = useState(false)
  const texts = admin.webhooks
  const add = (
    <Button tone="primary" icon="plus" onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  )
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle
          title={texts.title}
          aside={
            <div className="flex flex-wrap gap-3">
              <ButtonLink to="/admin/events">{texts.events}</ButtonLink>
              {data && data.items.length > 0 && add}
            </div>
          }
        >
          {texts.title}
        </PageTitle>
        <p className="max-w-2xl text-soft">{texts.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={texts.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={texts.loading} />
          <Skeleton className="h-48 rounded-xl" />
        </>
      )}
      {data?.items.length === 0 && (
        <EmptyState title={texts.none} icon="gear" action={add}>
          {texts.noneMore}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul aria-label={texts.list} className="grid gap-3">
          {data.items.map((endpoint) => (
            <Item key={endpoint.id} endpoint={endpoint} />
          ))}
        </ul>
      )}
      <AddDialog open={adding} close={() => setAdding(false)} />
    </AdminPage>
  )
}

function Item({ endpoint: { id, url, description, state, types } }: { endpoint: Endpoint }) {
  return (
    <li className="relative grid gap-1 rounded-xl bg-surface p-4 shadow-rest hover:shadow-lift sm:p-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <Link to={`/admin/webhooks/${id}`} className="min-w-0 font-semibold after:absolute after:inset-0">
          <Typed>{url}</Typed>
        </Link>
        <StateBadge state={state} />
      </div>
      {description !== '' && <Typed as="p">{description}</Typed>}
      <p className="text-sm text-soft [overflow-wrap:anywhere]">
        {types.length === 0 ? admin.webhooks.allTypes : formatList(types)}
      </p>
    </li>
  )
}

function AddDialog({ open, close }: { open: boolean; close: () => void }) {
  const texts = admin.webhooks
  return (
    <Dialog open={open} onOpenChange={(next) => !next && close()} title={texts.addTitle}>
      {open && <AddForm close={close} />}
    </Dialog>
  )
}

function AddForm({ close }: { close: () => void }) {
  const texts = admin.webhooks
  const queries = useQueryClient()
  const navigate = useNavigate()
  const fields = useEndpointFields({ url: '', description: '', types: '' })
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: (body: { url: string; description: string; types: string[] }) =>
      dataOf(shop.notifications.POST('/endpoints', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: endpointsQuery.queryKey }),
    onError: (failure) => void (fields.refused(failure) && reset()),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = fields.read()
    if (wanted) mutate(wanted)
  }
  if (data) {
    return <Secret secret={data.secret} kept={() => navigate(`/admin/webhooks/${data.endpoint.id}`)} />
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      <Refused error={error} title={texts.notCreated} />
      <EndpointFields fields={fields} />
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{texts.cancel}</Button>
        <Button type="submit" tone="primary" busy={isPending}>
          {texts.create}
        </Button>
      </div>
    </form>
  )
}

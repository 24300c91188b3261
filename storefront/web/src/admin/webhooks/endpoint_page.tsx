/** One endpoint: its settings, its signatures, and what was delivered to it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { NotFound } from '../../layout/not_found.tsx'
import { Button } from '../../ui/button.tsx'
import { Time } from '../../ui/format.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { AdminPage, AdminPageSkeleton, BackLink } from '../parts.tsx'
import { Deliveries } from './deliveries.tsx'
import { EndpointForm } from './endpoint_form.tsx'
import { EndpointTools } from './endpoint_tools.tsx'
import { Refused, StateBadge } from './parts.tsx'
import { type Endpoint, endpointQuery } from './queries.ts'

export default function EndpointPage() {
  const { id = '' } = useParams()
  const { data, error, refetch } = useAnswer(endpointQuery(id))
  if (!data) {
    if (error instanceof ShopProblem && [400, 404].includes(error.status ?? 0)) return <NotFound />
    if (!error) return <AdminPageSkeleton />
    return (
      <AdminPage>
        <ProblemNotice error={error} title={admin.webhooks.notShown} retry={refetch} />
      </AdminPage>
    )
  }
  return (
    <AdminPage>
      <div className="grid gap-3">
        <BackLink to="/admin/webhooks">{admin.webhooks.title}</BackLink>
        <PageTitle title={data.url} aside={<StateBadge state={data.state} />}>
          <Typed>{data.url}</Typed>
        </PageTitle>
        {data.failing_since !== null && (
          <p className="text-soft">{admin.webhooks.failingSince(<Time at={data.failing_since} />)}</p>
        )}
      </div>
      {(data.state === 'gone' || data.state === 'failing') && <Stopped endpoint={data} />}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <EndpointForm endpoint={data} />
        <EndpointTools endpoint={data} />
      </div>
      <Deliveries id={data.id} />
    </AdminPage>
  )
}

/** By itself, because it failed. */
function Stopped({ endpoint: { id, url, description, types, state } }: { endpoint: Endpoint }) {
  const queries = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      dataOf(
        shop.notifications.PUT('/endpoints/{id}', {
          params: { path: { id } },
          body: { url, description, types, active: true },
        }),
      ),
    onSuccess: (now) => {
      queries.setQueryData(endpointQuery(id).queryKey, now)
      toast({ title: admin.webhooks.saved })
    },
  })
  return (
    <>
      <Refused error={error} title={admin.webhooks.notSaved} />
      <Notice
        tone="bad"
        title={state === 'gone' ? admin.webhooks.goneTitle : admin.webhooks.failingTitle}
        action={
          <Button size="sm" busy={isPending} onClick={() => mutate()}>
            {admin.webhooks.enable}
          </Button>
        }
      >
        {admin.webhooks.stoppedMore}
      </Notice>
    </>
  )
}

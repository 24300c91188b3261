import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/field.tsx'
import { toast } from '../../ui/toast.ts'
import { Panel } from '../parts.tsx'
import { EndpointFields, typedOf, useEndpointFields } from './endpoint_fields.tsx'
import { Refused } from './parts.tsx'
import { type Endpoint, endpointQuery, endpointsQuery } from './queries.ts'

const isActive = ({ state }: Endpoint) => state === 'active'

export function EndpointForm({ endpoint }: { endpoint: Endpoint }) {
  const queries = useQueryClient()
  const [active, setActive] = useState(isActive(endpoint))
  const [shown, setShown] = useState(endpoint)
  const fields = useEndpointFields(typedOf(endpoint))
  const follow = (latest: Endpoint) => {
    setShown(latest)
    setActive(isActive(latest))
    fields.begin(typedOf(latest))
  }
  // What is typed stays when the endpoint changes.
  const isEdited =
    active !== isActive(shown) || JSON.stringify(fields.typed) !== JSON.stringify(typedOf(shown))
  if (shown !== endpoint && !isEdited) follow(endpoint)
  const { id } = endpoint
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (body: { url: string; description: string; types: string[]; active: boolean }) =>
      dataOf(shop.notifications.PUT('/endpoints/{id}', { params: { path: { id } }, body })),
    onSuccess: (now) => {
      follow(now)
      queries.setQueryData(endpointQuery(id).queryKey, now)
      void queries.invalidateQueries({ queryKey: endpointsQuery.queryKey })
      toast({ title: admin.webhooks.saved })
    },
    onError: (failure) => void (fields.refused(failure) && reset()),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = fields.read()
    if (wanted) mutate({ ...wanted, active })
  }
  return (
    <Panel title={admin.webhooks.edit}>
      <form noValidate onSubmit={submit} className="grid gap-5">
        <Refused error={error} title={admin.webhooks.notSaved} />
        <EndpointFields fields={fields} />
        <Checkbox
          label={admin.webhooks.active}
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
        />
        <Button type="submit" tone="primary" busy={isPending} className="justify-self-start">
          {admin.webhooks.save}
        </Button>
      </form>
    </Panel>
  )
}

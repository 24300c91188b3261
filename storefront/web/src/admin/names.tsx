import { useQuery } from '@tanstack/react-query'
import { admin } from '../language/admin_texts.ts'
import { Typed } from '../ui/typed.tsx'
import { namesQuery } from './queries.ts'

/** The name of the account with this id. */
export function Name({ id, system = admin.common.shopItself }: { id: string | null; system?: string }) {
  const { data } = useQuery(namesQuery)
  if (id === null || id === 'system') return <>{system}</>
  return <Typed title={id}>{data?.[id] ?? `${id.slice(-8)}`}</Typed>
}

/** What an admin types of an endpoint. */
import { LIMITS } from '@shop/client/generated/limits'
import { useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { TextField } from '../../ui/field.tsx'
import { faultsByField } from '../../ui/field_faults.ts'
import { lengthFault } from '../../ui/limits.ts'
import { readTypes } from './event_types.ts'
import type { Endpoint } from './queries.ts'

const LENGTHS = LIMITS['POST /endpoints']

export type Typed = { readonly url: string; readonly description: string; readonly types: string }
type Faults = { readonly [field in keyof Typed]?: string | undefined }
type Wanted = { readonly url: string; readonly description: string; readonly types: string[] }

export const typedOf = ({
  url,
  description,
  types,
}: Pick<Endpoint, 'url' | 'description' | 'types'>): Typed => ({
  ...{ url, description, types: types.join(', ') },
})

export function useEndpointFields(begin: Typed) {
  const [typed, setTyped] = useState(begin)
  const [faults, setFaults] = useState<Faults>({})
  return {
    typed,
    faults,
    set: (next: Partial<Typed>) => setTyped((now) => ({ ...now, ...next })),
    begin: (next: Typed) => setTyped(next),
    /** Undefined if something is wrong, which is then shown. */
    read(): Wanted | undefined {
      const [url, description] = [typed.url.trim(), typed.description.trim()]
      const { types, fault } = readTypes(typed.types)
      const found = {
        url: lengthFault(url, LENGTHS.url),
        description: lengthFault(description, LENGTHS.description),
        types: fault,
      }
      setFaults(found)
      const fits = !found.url && !found.description && !found.types
      return fits ? { url, description, types: [...types] } : undefined
    },
    /** Whether the service refused a field, which is then shown. */
    refused(error: unknown): boolean {
      const found = faultsByField(error, admin.webhooks.subjects)
      if (found) setFaults(found)
      return found !== undefined
    },
  }
}

export function EndpointFields({
  fields: { typed, faults, set },
}: {
  fields: ReturnType<typeof useEndpointFields>
}) {
  const texts = admin.webhooks
  const field = (name: keyof Typed) => ({
    name,
    value: typed[name],
    error: faults[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      set({ [name]: currentTarget.value }),
  })
  return (
    <>
      <TextField
        label={texts.url}
        hint={texts.urlHint}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        required
        {...field('url')}
      />
      <TextField label={texts.description} {...field('description')} />
      <TextField
        label={texts.types}
        hint={texts.typesHint}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...field('types')}
      />
    </>
  )
}

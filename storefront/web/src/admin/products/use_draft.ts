/**
 * A form of a product or group. What is typed stays when the product changes; saving then reports the conflict.
 */
import { type FormEvent, useState } from 'react'
import { admin } from '../../language/admin_texts.ts'
import { toast } from '../../ui/toast.ts'
import { type Edit, type Field, type Texts, textsOf } from './conflict.ts'
import { type Faults, readFields } from './field_text.ts'
import { refusedFields } from './refused_fields.ts'
import type { Thing } from './use_save_product.ts'

type Save<T> = (seen: T, edit: Edit, resolved: () => void) => Promise<T | undefined>

export function useDraft<T extends Thing>(thing: T, fields: readonly Field[], save: Save<T>) {
  /** What the edit started from. Only an unedited form follows later versions. */
  const [draft, setDraft] = useState<{ seen: T; texts: Texts }>()
  const [faults, setFaults] = useState<Faults>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const { seen, texts } = draft ?? { seen: thing, texts: textsOf(fields, thing) }

  /** A function gets the current texts: an upload ends later than the rendering that began it. */
  const set = (change: Texts | ((texts: Texts) => Texts)) =>
    setDraft((now) => {
      const { seen, texts } = now ?? { seen: thing, texts: textsOf(fields, thing) }
      return { seen, texts: { ...texts, ...(typeof change === 'function' ? change(texts) : change) } }
    })
  const undo = () => {
    setDraft(undefined)
    setFaults({})
    setError(undefined)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const read = readFields(texts, seen)
    setFaults(read.faults)
    setError(undefined)
    if (Object.keys(read.faults).length > 0) return
    setBusy(true)
    try {
      const saved = await save(seen, read.edit, undo)
      if (saved) {
        undo()
        toast({ title: admin.productPage.saved })
      }
    } catch (failure) {
      const refused = refusedFields(failure)
      if (refused) setFaults(refused)
      else setError(failure)
    }
    setBusy(false)
  }
  return {
    seen,
    texts,
    faults,
    error,
    busy,
    changed: draft !== undefined,
    set,
    undo,
    submit,
    field: (name: Field) => fieldOf(name, texts, faults, set),
  }
}

/** The attributes of a text field. */
export const fieldOf = (name: Field, texts: Texts, faults: Faults, set: (change: Texts) => void) => ({
  name,
  value: texts[name] ?? '',
  error: faults[name],
  onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
})

export const chosen = <T>(text: string | undefined): T => JSON.parse(text ?? '[]') as T

import { LIMITS } from '@shop/client/generated/limits'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { dataOf, shop } from '../../api/shop.ts'
import type { Group } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import type { NamedValues, Texts } from '../products/conflict.ts'
import { type Faults, readFields } from '../products/field_text.ts'
import { NamedValuesField } from '../products/named_values_field.tsx'
import { refusedFields } from '../products/refused_fields.ts'
import { chosen } from '../products/use_draft.ts'

const OPTIONS_MAX = LIMITS['POST /groups'].options.maxItems
/** A group has no prices of its own. */
const NO_MONEY = { currency: '', currency_digits: 0 }

type Props = { open: boolean; onOpenChange: (open: boolean) => void }

export function NewGroupDialog({ open, onOpenChange }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="wide"
      title={admin.groups.new}
      description={admin.groups.newMore}
    >
      <NewGroup close={() => onOpenChange(false)} />
    </Dialog>
  )
}

/** It begins as a draft, because it has no variants yet. */
function NewGroup({ close }: { close: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [texts, setTexts] = useState<Texts>({ name: '', options: '[["",[]]]' })
  const [faults, setFaults] = useState<Faults>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const read = readFields(texts, NO_MONEY)
    setFaults(read.faults)
    setError(undefined)
    if (Object.keys(read.faults).length > 0) return
    setBusy(true)
    try {
      const { name, options } = read.edit as Pick<Group, 'name' | 'options'>
      const body = { name, options, description: '', status: 'draft' as const }
      const group = await dataOf(shop.products.POST('/groups', { body }))
      void queries.invalidateQueries({ queryKey: ['admin', 'groups', 'list'] })
      navigate(`/admin/groups/${group.id}`)
    } catch (failure) {
      const refused = refusedFields(failure)
      if (refused) setFaults(refused)
      else setError(failure)
      setBusy(false)
    }
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      {error !== undefined && <ProblemNotice error={error} title={admin.groups.notSaved} />}
      <TextField
        label={admin.fields.labels.name}
        value={texts.name}
        error={faults.name}
        onChange={({ currentTarget }) => setTexts({ ...texts, name: currentTarget.value })}
      />
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm font-semibold">{admin.fields.labels.options}</legend>
        <NamedValuesField
          rows={chosen<NamedValues[]>(texts.options)}
          onChange={(rows) => setTexts({ ...texts, options: JSON.stringify(rows) })}
          texts={admin.groups.optionTexts}
          max={OPTIONS_MAX}
          fault={faults.options}
        />
      </fieldset>
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{admin.newProduct.cancel}</Button>
        <Button type="submit" tone="primary" busy={busy}>
          {admin.groups.create}
        </Button>
      </div>
    </form>
  )
}

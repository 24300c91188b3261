import { LIMITS } from '@shop/client/generated/limits'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { dataOf, shop } from '../../api/shop.ts'
import type { Group } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import type { NamedValues } from '../products/conflict.ts'
import { NamedValuesField } from '../products/named_values_field.tsx'
import { NewForm, useNew } from '../products/new_form.tsx'
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
  const draft = useNew({ name: '', options: '[["",[]]]' }, NO_MONEY, async (edit) => {
    const { name, options } = edit as Pick<Group, 'name' | 'options'>
    const body = { name, options, description: '', status: 'draft' as const }
    const group = await dataOf(shop.products.POST('/groups', { body }))
    void queries.invalidateQueries({ queryKey: ['admin', 'groups', 'list'] })
    navigate(`/admin/groups/${group.id}`)
  })
  const { texts, faults, set, field } = draft
  return (
    <NewForm draft={draft} notSaved={admin.groups.notSaved} save={admin.groups.create} close={close}>
      <TextField label={admin.fields.labels.name} required {...field('name')} />
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-sm font-semibold">{admin.fields.labels.options}</legend>
        <NamedValuesField
          rows={chosen<NamedValues[]>(texts.options)}
          onChange={(rows) => set({ options: JSON.stringify(rows) })}
          texts={admin.groups.optionTexts}
          max={OPTIONS_MAX}
          fault={faults.options}
        />
      </fieldset>
    </NewForm>
  )
}

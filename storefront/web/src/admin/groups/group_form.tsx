/** All fields of a group, beside `children`. */

import { LIMITS } from '@shop/client/generated/limits'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { dataOf, shop } from '../../api/shop.ts'
import type { Group } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { TextArea, TextField } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { Panel } from '../parts.tsx'
import { PicturesField } from '../pictures/pictures_field.tsx'
import { CategoriesField } from '../products/categories_field.tsx'
import type { Field, NamedValues, Picture } from '../products/conflict.ts'
import { ConflictDialog } from '../products/conflict_dialog.tsx'
import { NamedValuesField } from '../products/named_values_field.tsx'
import { SaveBar } from '../products/save_bar.tsx'
import { chosen, useDraft } from '../products/use_draft.ts'
import { useSave } from '../products/use_save_product.ts'
import { VisibilityFields } from '../products/visibility_fields.tsx'
import { cacheGroup, currentGroupOf } from './queries.ts'

const GROUP = LIMITS['POST /groups']
const OF_GROUP: readonly Field[] = [
  'name',
  'description',
  'slug',
  'options',
  'media',
  'attributes',
  'categories',
  'status',
  'publish_at',
]

export function GroupForm({ group, children }: { group: Group; children: ReactNode }) {
  const form = useId()
  const queries = useQueryClient()
  const { save, conflict, resolve, keepTheirs, putOff } = useSave<Group>({
    patch: async (seen, edit) => {
      const params = { path: { id: seen.id } }
      const body = { ...(edit as object), version: seen.version }
      const saved = await dataOf(shop.products.PATCH('/groups/{id}', { params, body }))
      cacheGroup(queries, saved)
      // Hiding or publishing a group changes its variants.
      void queries.invalidateQueries({ queryKey: ['products'] })
      void queries.invalidateQueries({ queryKey: ['admin', 'groups', 'list'] })
      return saved
    },
    currentOf: currentGroupOf,
    cache: (current) => cacheGroup(queries, current),
  })
  const draft = useDraft(group, OF_GROUP, save)
  const { texts, faults, error, set, field } = draft
  return (
    <div className="flex flex-col gap-6">
      <div className="grid items-start gap-6 lg:grid-cols-[1.6fr_1fr]">
        <form id={form} noValidate onSubmit={draft.submit} className="grid min-w-0 gap-6">
          {error !== undefined && <ProblemNotice error={error} title={admin.groups.notSaved} />}
          <Panel title={admin.productPage.edit}>
            <div className="grid gap-5">
              <TextField label={admin.fields.labels.name} {...field('name')} />
              <TextArea label={admin.fields.labels.description} {...field('description')} />
            </div>
          </Panel>
          <Panel title={admin.fields.labels.options}>
            <p className="-mt-2 mb-4 text-sm text-soft">{admin.groups.optionsMore}</p>
            <NamedValuesField
              rows={chosen<NamedValues[]>(texts.options)}
              onChange={(rows) => set({ options: JSON.stringify(rows) })}
              texts={admin.groups.optionTexts}
              max={GROUP.options.maxItems}
              fault={faults.options}
            />
          </Panel>
          <Panel title={admin.pictures.title}>
            <PicturesField
              pictures={chosen<Picture[]>(texts.media)}
              fault={faults.media}
              onChange={(next) =>
                set(({ media }) => ({ media: JSON.stringify(next(chosen<Picture[]>(media))) }))
              }
            />
          </Panel>
          <Panel title={admin.fields.labels.attributes}>
            <NamedValuesField
              rows={chosen<NamedValues[]>(texts.attributes)}
              onChange={(rows) => set({ attributes: JSON.stringify(rows) })}
              texts={admin.fields.attributeTexts}
              max={GROUP.attributes.maxProperties}
              fault={faults.attributes}
            />
          </Panel>
        </form>
        <div className="grid min-w-0 gap-6">
          <Panel title={admin.fields.labels.status}>
            <VisibilityFields texts={texts} faults={faults} form={form} set={set} />
          </Panel>
          <Panel title={admin.fields.labels.categories}>
            <CategoriesField
              chosen={chosen<string[]>(texts.categories)}
              onChange={(ids) => set({ categories: JSON.stringify(ids) })}
              fault={faults.categories}
            />
          </Panel>
          {children}
        </div>
      </div>
      <SaveBar form={form} changed={draft.changed} busy={draft.busy} undo={draft.undo} />
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </div>
  )
}

/** All fields of a product, beside what is done at once (`children`). */

import { LIMITS } from '@shop/client/generated/limits'
import { type ReactNode, useId } from 'react'
import { Link } from 'react-router'
import type { Product } from '../../api/types.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatAmount } from '../../language/formats.ts'
import { SelectField, TextArea, TextField } from '../../ui/field.tsx'
import { ProblemNotice } from '../../ui/notice.tsx'
import { TAX_CLASSES } from '../checkout/tax_classes.ts'
import { Panel } from '../parts.tsx'
import { PicturesField } from '../pictures/pictures_field.tsx'
import { CategoriesField } from './categories_field.tsx'
import { FIELDS, type NamedValues, type Picture } from './conflict.ts'
import { ConflictDialog } from './conflict_dialog.tsx'
import { NamedValuesField } from './named_values_field.tsx'
import { SaveBar } from './save_bar.tsx'
import { chosen, useDraft } from './use_draft.ts'
import { useSaveProduct } from './use_save_product.ts'
import { VisibilityFields } from './visibility_fields.tsx'

const ATTRIBUTES_MAX = LIMITS['POST /products'].attributes.maxProperties
const OF_PRODUCT = FIELDS.filter((field) => field !== 'options')
/** A variant has the address, categories and attributes of its group. */
const OF_VARIANT = OF_PRODUCT.filter((field) => !['slug', 'categories', 'attributes'].includes(field))

export function ProductForm({ product, children }: { product: Product; children: ReactNode }) {
  const form = useId()
  const { save, conflict, resolve, keepTheirs, putOff } = useSaveProduct()
  const isVariant = product.group_id !== null
  const draft = useDraft(product, isVariant ? OF_VARIANT : OF_PRODUCT, save)
  const { seen, texts, faults, error, set, field } = draft
  return (
    <div className="flex flex-col gap-6">
      <div className="grid items-start gap-6 lg:grid-cols-[1.6fr_1fr]">
        <form id={form} noValidate onSubmit={draft.submit} className="grid min-w-0 gap-6">
          {error !== undefined && <ProblemNotice error={error} title={admin.productPage.notSaved} />}
          <Panel title={admin.productPage.edit}>
            <div className="grid gap-5">
              <TextField label={admin.fields.labels.name} {...field('name')} />
              <TextArea label={admin.fields.labels.description} {...field('description')} />
            </div>
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
          <Panel title={admin.productPage.priceAndStock}>
            <div className="grid items-start gap-5 sm:grid-cols-2">
              <TextField
                label={admin.fields.priceIn(seen.currency)}
                inputMode="decimal"
                {...field('price')}
              />
              <TextField
                label={admin.fields.labels.compare_at_price}
                hint={
                  product.lowest_price_30_days === null
                    ? admin.fields.compareAtMore
                    : admin.fields.lowestPrice(formatAmount(product.lowest_price_30_days, product.currency))
                }
                inputMode="decimal"
                {...field('compare_at_price')}
              />
              <TextField
                label={admin.fields.labels.stock}
                inputMode="numeric"
                hint={admin.productPage.stockHint}
                {...field('stock')}
              />
              <TextField
                label={admin.fields.labels.weight_grams}
                inputMode="numeric"
                {...field('weight_grams')}
              />
              <SelectField
                name="tax_class"
                label={admin.fields.labels.tax_class}
                hint={admin.fields.taxClassMore}
                options={TAX_CLASSES.map((value) => ({ value, label: admin.checkout.classes[value] }))}
                value={texts.tax_class}
                onChange={({ currentTarget }) => set({ tax_class: currentTarget.value })}
              />
              <TextField label={admin.fields.labels.sku} hint={admin.fields.skuMore} {...field('sku')} />
              <TextField
                label={admin.fields.labels.gtin}
                hint={admin.fields.gtinMore}
                inputMode="numeric"
                {...field('gtin')}
              />
            </div>
          </Panel>
          {!isVariant && (
            <Panel title={admin.fields.labels.attributes}>
              <NamedValuesField
                rows={chosen<NamedValues[]>(texts.attributes)}
                onChange={(rows) => set({ attributes: JSON.stringify(rows) })}
                texts={admin.fields.attributeTexts}
                max={ATTRIBUTES_MAX}
                fault={faults.attributes}
              />
            </Panel>
          )}
        </form>
        <div className="grid min-w-0 gap-6">
          <Panel title={admin.fields.labels.status}>
            <VisibilityFields texts={texts} faults={faults} form={form} set={set} />
            {isVariant && (
              <p className="mt-4 text-sm text-soft">
                {admin.productPage.ofGroup(
                  <Link to={`/admin/groups/${product.group_id}`} className="text-accent underline">
                    {admin.productPage.itsGroup}
                  </Link>,
                )}
              </p>
            )}
          </Panel>
          {!isVariant && (
            <Panel title={admin.fields.labels.categories}>
              <CategoriesField
                chosen={chosen<string[]>(texts.categories)}
                onChange={(ids) => set({ categories: JSON.stringify(ids) })}
                fault={faults.categories}
              />
            </Panel>
          )}
          {children}
        </div>
      </div>
      <SaveBar form={form} changed={draft.changed} busy={draft.busy} undo={draft.undo} />
      <ConflictDialog conflict={conflict} resolve={resolve} keepTheirs={keepTheirs} putOff={putOff} />
    </div>
  )
}

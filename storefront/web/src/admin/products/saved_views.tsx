/** The columns of the table, and searches that this browser keeps under a name. */

import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { admin } from '../../language/admin_texts.ts'
import { browserStorage } from '../../storage.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Checkbox, CONTROL } from '../../ui/field.tsx'
import { Typed } from '../../ui/typed.tsx'
import { type ColumnName, OPTIONAL_COLUMNS } from './grid_columns.ts'
import { readList, writeList } from './stored_lists.ts'

const KEY = 'shop.admin.views'
const VIEWS_MAX = 20

type View = { readonly name: string; readonly search: string }
const isView = (value: unknown): value is View =>
  typeof (value as View | null)?.name === 'string' && typeof (value as View).search === 'string'

type Props = { columns: readonly ColumnName[]; setColumns: (columns: readonly ColumnName[]) => void }

export function SavedViews({ columns, setColumns }: Props) {
  const { search } = useLocation()
  const [views, setViews] = useState(() => (readList(browserStorage, KEY) ?? []).filter(isView))
  const [name, setName] = useState('')
  const store = (next: readonly View[]) => {
    writeList(browserStorage, KEY, next)
    setViews([...next])
  }
  const save = (event: FormEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (wanted === '') return
    store([{ name: wanted, search }, ...views.filter((view) => view.name !== wanted)].slice(0, VIEWS_MAX))
    setName('')
  }
  return (
    <details className="rounded-lg border border-line px-4 py-1">
      <summary className="flex min-h-11 items-center text-sm font-semibold text-soft">
        {admin.views.title}
      </summary>
      <div className="grid gap-4 pb-3 sm:grid-cols-2">
        <fieldset className="hidden sm:block">
          <legend className="text-sm font-semibold">{admin.views.columns}</legend>
          <div className="flex flex-wrap gap-x-5">
            {OPTIONAL_COLUMNS.map((column) => (
              <Checkbox
                key={column}
                label={admin.grid.columns[column]}
                checked={columns.includes(column)}
                onChange={() =>
                  setColumns(
                    columns.includes(column)
                      ? columns.filter((each) => each !== column)
                      : [...columns, column],
                  )
                }
              />
            ))}
          </div>
        </fieldset>
        <div className="grid content-start gap-2">
          <p className="text-sm font-semibold">{admin.views.saved}</p>
          {views.length > 0 && (
            <ul className="flex flex-wrap gap-2">
              {views.map((view) => (
                <li key={view.name} className="inline-flex items-center rounded-full bg-sunken ps-4">
                  <Link
                    to={`/admin/products${view.search}`}
                    className="inline-flex min-h-11 items-center text-sm font-semibold hover:underline"
                  >
                    <Typed>{view.name}</Typed>
                  </Link>
                  <IconButton
                    icon="close"
                    label={admin.views.forget(view.name)}
                    onClick={() => store(views.filter((each) => each !== view))}
                  />
                </li>
              ))}
            </ul>
          )}
          <form onSubmit={save} className="flex gap-2">
            <input
              aria-label={admin.views.name}
              placeholder={admin.views.name}
              dir="auto"
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              className={CONTROL}
            />
            <Button type="submit" disabled={name.trim() === ''} className="whitespace-nowrap">
              {admin.views.save}
            </Button>
          </form>
        </div>
      </div>
    </details>
  )
}

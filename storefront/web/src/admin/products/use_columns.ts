import { useState } from 'react'
import { browserStorage } from '../../storage.ts'
import { type ColumnName, DEFAULT_COLUMNS, OPTIONAL_COLUMNS } from './grid_columns.ts'
import { readList, writeList } from './stored_lists.ts'

const KEY = 'shop.admin.columns'

/** The chosen columns of this browser. */
export function useColumns() {
  const [columns, setColumns] = useState<readonly ColumnName[]>(() => {
    const stored = readList(browserStorage, KEY)
    return stored ? OPTIONAL_COLUMNS.filter((name) => stored.includes(name)) : DEFAULT_COLUMNS
  })
  const choose = (next: readonly ColumnName[]) => {
    writeList(browserStorage, KEY, next)
    setColumns(next)
  }
  return [columns, choose] as const
}

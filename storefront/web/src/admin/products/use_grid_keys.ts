/**
 * Keyboard navigation in a grid, as the ARIA practices describe it: one Tab stop, arrow keys between cells, Home and End
 * within a row, with Control to the corners. `data-row` and `data-col` have the position of a cell.
 */
import { type KeyboardEvent, useRef, useState } from 'react'

type Place = { readonly row: number; readonly col: number }

/** Attributes of a cell. */
export type GridPlace = ReturnType<ReturnType<typeof useGridKeys>['at']>

export function useGridKeys(rows: number, cols: number) {
  const grid = useRef<HTMLTableSectionElement>(null)
  const [place, setPlace] = useState<Place>({ row: 0, col: 0 })
  const here = { row: Math.min(place.row, Math.max(0, rows - 1)), col: place.col }

  const cell = ({ row, col }: Place) =>
    grid.current?.querySelector<HTMLElement>(`[data-row="${row}"][data-col="${col}"]`)

  const go = (to: Place) => {
    const next = {
      row: Math.max(0, Math.min(to.row, rows - 1)),
      col: Math.max(0, Math.min(to.col, cols - 1)),
    }
    setPlace(next)
    cell(next)?.focus()
  }

  const targetOf = (event: KeyboardEvent, { row, col }: Place): Place | undefined => {
    const far = event.ctrlKey || event.metaKey
    switch (event.key) {
      case 'ArrowUp':
        return { row: row - 1, col }
      case 'ArrowDown':
        return { row: row + 1, col }
      case 'ArrowLeft':
        return { row, col: col - 1 }
      case 'ArrowRight':
        return { row, col: col + 1 }
      case 'Home':
        return { row: far ? 0 : row, col: 0 }
      case 'End':
        return { row: far ? rows - 1 : row, col: cols - 1 }
      default:
        return undefined
    }
  }

  return {
    grid,
    go,
    at: (row: number, col: number) => ({
      'data-row': row,
      'data-col': col,
      tabIndex: here.row === row && here.col === col ? 0 : -1,
      onFocus: () => setPlace({ row, col }),
    }),
    onKeyDown(event: KeyboardEvent) {
      const { row, col } = (event.target as HTMLElement).dataset
      if (row === undefined || col === undefined) return
      const to = targetOf(event, { row: Number(row), col: Number(col) })
      if (!to) return
      event.preventDefault()
      go(to)
    },
  }
}

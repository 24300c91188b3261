/** An error in one page leaves the layout. After a new release a chunk may be missing; a reload helps. */

import { Component, type ReactNode } from 'react'
import { t } from '../language/texts.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty_state.tsx'

export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <EmptyState
        page
        title={t.layout.brokenTitle}
        icon="warning"
        action={
          <Button tone="primary" onClick={() => location.reload()}>
            {t.layout.loadAgain}
          </Button>
        }
      >
        {t.layout.broken}
      </EmptyState>
    )
  }
}

/** What happens in a daemon beside its runs. */
export type DaemonEvent =
  | { kind: 'daemon.started'; pid: number; home: string; once: boolean }
  /** Health, metrics and webhooks are served there. */
  | { kind: 'daemon.listening'; url: string }
  /** The page is served there. */
  | { kind: 'daemon.page_served'; url: string }
  | { kind: 'daemon.stopping'; because: string }
  | { kind: 'daemon.stopped' }
  /** The config was edited to something that cannot be used; the last good one stays in force. */
  | { kind: 'daemon.config_refused'; because: string }
  /** A tick that looks at sources, or that starts a run. */
  | { kind: 'tick.decided'; tick: number; observes: string[]; starts: string[]; because: string }
  /** A tick itself failed (a locked or full database): nothing is decided, the next one tries again. */
  | { kind: 'tick.failed'; error: unknown }
  /** What had been kept for long enough was deleted. */
  | { kind: 'home.cleaned'; files: number; bytes: number; records: number }
  /** A run could not begin; the clock pauses. */
  | { kind: 'run.failed'; run: number; error: unknown }

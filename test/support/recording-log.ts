/** A log that keeps what it was told, for tests that ask what stands in it and what must not. */

import type { SafeDetail } from '../../shared/errors.ts';
import type { Log, LogLevel } from '../../shared/log.ts';

interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly detail: SafeDetail;
}

export interface RecordingLog {
  readonly log: Log;
  readonly lines: readonly LogLine[];
  /** The events in the order in which they came. */
  events(): readonly string[];
}

export function recordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  return {
    lines,
    log: (level, event, detail = {}) => void lines.push({ level, event, detail }),
    events: () => lines.map(({ event }) => event),
  };
}

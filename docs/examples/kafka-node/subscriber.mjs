// Prints each event of each run once, in order: type, subject, sequence. See ../README.md.
import {parseArgs} from 'node:util';
import kafkajs from 'kafkajs';

const {Kafka, logLevel} = kafkajs;

const {count} = parseArgs({options: {count: {type: 'string', default: 'Infinity'}}}).values;
const brokers = (process.env.KAFKA_BOOTSTRAP_SERVERS ?? 'localhost:9092').split(',');
const kafka = new Kafka({clientId: 'example-kafka-node', brokers, logLevel: logLevel.WARN});

const RUN = 'scheduler.run.';
const TYPES = ['started', 'succeeded', 'failed', 'dead', 'canceled', 'missed', 'requeued'];
const FINAL = ['SUCCEEDED', 'FAILED', 'DEAD', 'CANCELED', 'MISSED'];
const REMEMBERED = 100_000;
const PATIENCE_MS = 30_000;

// Kafka repeats events, and Carillon does after a crash: soon after, and with the same id.
const seen = new Set();
const runs = new Map();
const read = new Map();
let held = 0;
let ended = 0;

function take(event) {
  if (seen.has(event.id)) {
    return;
  }
  seen.add(event.id);
  if (seen.size > REMEMBERED) {
    seen.delete(seen.values().next().value);
  }
  // A run is `at` where it was printed to; an event that goes on from elsewhere came too early.
  const run = runs.get(event.subject) ?? {at: '0 ended', early: []};
  runs.delete(event.subject);
  runs.set(event.subject, run);
  run.early.push(event);
  run.early.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  run.since = Date.now();
  held++;
  print(run, false);
  if (runs.size > REMEMBERED) {
    const [subject, oldest] = runs.entries().next().value;
    print(oldest, true);
    runs.delete(subject);
  }
}

// Each type of event is a topic, and across topics Kafka keeps no order: a success may be read before
// its start. Sequences rise with gaps, so the attempt's number tells what is still to come.
function print(run, anyway) {
  while (run.early.length > 0 && (anyway || before(run.early[0]) === run.at)) {
    const event = run.early.shift();
    run.at = after(event);
    held--;
    console.log(`${event.type} ${event.subject} ${event.sequence}`);
    if (run.at.endsWith('ended') && FINAL.includes(event.data.state)) {
      ended++;
    }
  }
}

// An attempt starts (or is canceled or missed before it can) when the one before has ended.
function before({type, data}) {
  if (type === RUN + 'started' || !data.startedAt) {
    return `${data.attempt - 1} ended`;
  }
  return `${data.attempt} ${type === RUN + 'dead' ? 'failed for good' : 'started'}`;
}

// The last attempt of a run that dies has two ends: failed, then dead.
function after({type, data}) {
  const deadIsNext = type === RUN + 'failed' && data.state === 'DEAD';
  const now = type === RUN + 'started' ? 'started' : deadIsNext ? 'failed for good' : 'ended';
  return `${data.attempt} ${now}`;
}

// What came before may have left its topic before we came: go on without it.
function printWhatWaitedLong() {
  for (const run of runs.values()) {
    if (Date.now() - run.since > PATIENCE_MS) {
      print(run, true);
    }
  }
}

const consumer = kafka.consumer({groupId: 'example-kafka-node'});

async function stop() {
  clearInterval(timer);
  await consumer.disconnect();
}

const timer = setInterval(printWhatWaitedLong, 1_000);
process.once('SIGINT', stop).once('SIGTERM', stop);
await consumer.connect();
await consumer.subscribe({topics: TYPES.map((type) => RUN + type), fromBeginning: true});
await consumer.run({
  autoCommit: false,
  eachBatch: async ({batch: {topic, partition, messages}}) => {
    messages.forEach((message) => take(JSON.parse(message.value)));
    read.set(`${topic}/${partition}`, {topic, partition, offset: `${BigInt(messages.at(-1).offset) + 1n}`});
    // What is held back is nowhere else: only when nothing is, is everything done.
    if (held === 0) {
      await consumer.commitOffsets([...read.values()]);
      read.clear();
    }
    if (ended >= Number(count)) {
      // Not awaited: it waits for this to end.
      stop();
    }
  },
});

// Asks Carillon for runs: node publisher.mjs JOB [ORDER [COUNT]]. See ../README.md.
import {randomUUID} from 'node:crypto';
import {Kafka} from 'kafkajs';

const [job, order = randomUUID(), count = '1'] = process.argv.slice(2);
const brokers = (process.env.KAFKA_BOOTSTRAP_SERVERS ?? 'localhost:9092').split(',');

// However often it is sent, one source and id is one run: take an id that a repeat has too.
const event = (id) => ({
  specversion: '1.0',
  type: 'scheduler.run.requested',
  source: '/examples/kafka-node',
  id,
  tenant: 'default',
  datacontenttype: 'application/json',
  // As for POST /runs. The scope comes back in the events of the run.
  data: {jobKey: job, scope: {order: id}},
});

const ids = Array.from({length: Number(count)}, (_, i) => `${order}-${i + 1}`);
const producer = new Kafka({clientId: 'example-kafka-node', brokers}).producer();
await producer.connect();
// It returns when all replicas in sync have them, and throws else.
await producer.send({
  topic: 'scheduler.run.requested',
  messages: ids.map((id) => ({
    key: id,
    value: JSON.stringify(event(id)),
    headers: {'content-type': 'application/cloudevents+json'},
  })),
});
ids.forEach((id) => console.log(`requested ${id}`));
await producer.disconnect();

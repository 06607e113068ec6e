"""An application that is tied to an old protobuf: it uses what protobuf 4 and 5 took away."""
import google.protobuf
from flask import Flask
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

app = Flask(__name__)

file = descriptor_pb2.FileDescriptorProto(name="legacy.proto", package="legacy")
message = file.message_type.add(name="Order")
message.field.add(name="id", number=1, type=descriptor_pb2.FieldDescriptorProto.TYPE_INT32, label=1)
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Order = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("legacy.Order"))


@app.get("/healthz")
def healthz():
    return {"protobuf": google.protobuf.__version__, "order": Order(id=7).SerializeToString().hex()}

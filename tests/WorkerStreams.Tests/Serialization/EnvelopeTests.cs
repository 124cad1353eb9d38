using System.Buffers;
using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams.Tests.Serialization;

public sealed class EnvelopeTests
{
    private static readonly Order Sample = new(123, 49.99m, "pending");

    [Fact]
    public void An_entry_is_written_as_the_contract_says()
    {
        var entry = Codecs.Serializer().Encode(Sample);
        Assert.Equal("""ws 1 type Order data {"userId":123,"amount":49.99,"status":"pending"}""", entry.ToString());
    }

    [Fact]
    public void A_generic_message_is_named_as_in_code() =>
        Assert.Equal("ws 1 type List<Order> data []", Codecs.Serializer().Encode(new List<Order>()).ToString());

    [Fact]
    public void Headers_stand_between_the_constant_fields_and_the_payload()
    {
        var entry = Codecs.Serializer().Encode(Sample, new Dictionary<string, string> { ["tenant"] = "acme", ["größe"] = "" });
        Assert.StartsWith("ws 1 type Order h:tenant acme h:größe  data {", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_come_back()
    {
        var headers = new Dictionary<string, string> { ["tenant"] = "acme", ["größe"] = "", ["data"] = "no payload" };
        var envelope = Envelope.Read(Codecs.Serializer().Encode(Sample, headers));
        Assert.Equal(headers, envelope.ReadHeaders());
    }

    [Fact]
    public void Without_headers_there_is_one_empty_dictionary_for_all()
    {
        var first = Envelope.Read(Codecs.Serializer().Encode(Sample)).ReadHeaders();
        Assert.Empty(first);
        Assert.Same(first, Envelope.Read(EntryFields.Of(("a", "1"))).ReadHeaders());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_header_name_out_of_bounds_is_refused(int length)
    {
        var name = new string('n', length);
        var error = Assert.Throws<ArgumentException>(() => Codecs.Serializer().Encode(Sample, new Dictionary<string, string> { [name] = "v" }));
        Assert.Contains($"'{name}' is {length} bytes long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_type_other_than_json_is_named_and_read_back()
    {
        var entry = new EntryFieldsWriter();
        new EnvelopeWriter<string>(new Utf8Codec(), "text/plain").Write(entry, "hello", null, null);
        Assert.Equal("ws 1 type String content-type text/plain data hello", entry.Written.ToString());
        var message = Envelope.Read(entry.Written).ToMessage();
        Assert.Equal("text/plain"u8, message.ContentType);
        Assert.Equal("String"u8, message.Type);
        Assert.Equal("hello", new Utf8Codec().Decode(message));
    }

    [Fact]
    public void An_envelope_without_a_content_type_is_json()
    {
        Assert.Equal("application/json"u8, Envelope.Read(EntryFields.Of(("ws", "1"), ("data", "{}"))).ToMessage().ContentType);
    }

    [Fact]
    public void Only_a_first_field_ws_makes_an_envelope()
    {
        Assert.False(Envelope.Read(EntryFields.Of(("data", "{}"), ("ws", "1"))).HasEnvelope);
        Assert.False(Envelope.Read(default).HasEnvelope);
    }

    [Fact]
    public void Fields_that_a_later_version_may_add_are_ignored()
    {
        var order = Codecs.Serializer().Decode<Order>(("ws", "1"), ("novelty", "x"), ("data", """{"userId":1,"amount":2,"status":"s"}"""));
        Assert.Equal(new(1, 2, "s"), order);
    }

    [Fact]
    public void Another_version_is_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>(("ws", "2"), ("data", "{}")));
        Assert.Equal("The envelope's field 'ws' holds '2'. Expected: '1', the version that this release reads.", error.Message);
    }

    [Fact]
    public void An_envelope_without_a_payload_is_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>(("ws", "1"), ("type", "Order")));
        Assert.Contains("no field 'data'", error.Message, StringComparison.Ordinal);
    }

    private sealed class Utf8Codec : IMessageCodec<string>
    {
        public void Encode(string message, IBufferWriter<byte> payload) => Encoding.UTF8.GetBytes(message, payload);

        public string Decode(EncodedMessage message) => Encoding.UTF8.GetString(message.Payload);
    }
}

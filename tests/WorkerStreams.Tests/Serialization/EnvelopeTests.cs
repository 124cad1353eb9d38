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
        Assert.Equal("""ws:Order {"userId":123,"amount":49.99,"status":"pending"}""", entry.ToString());
    }

    [Fact]
    public void A_generic_message_is_named_as_in_code() =>
        Assert.Equal("ws:List<Order> []", Codecs.Serializer().Encode(new List<Order>()).ToString());

    [Fact]
    public void Headers_stand_behind_the_payload()
    {
        var entry = Codecs.Serializer().Encode(Sample, new Dictionary<string, string> { ["tenant"] = "acme", ["größe"] = "" });
        Assert.EndsWith("} h:tenant acme h:größe ", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_come_back()
    {
        var headers = new Dictionary<string, string> { ["tenant"] = "acme", ["größe"] = "", ["ws:"] = "no payload" };
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
        Assert.Equal("ws:String hello content-type text/plain", entry.Written.ToString());
        var message = Envelope.Read(entry.Written).ToMessage();
        Assert.Equal("text/plain"u8, message.ContentType);
        Assert.Equal("String"u8, message.Type);
        Assert.Equal("hello", new Utf8Codec().Decode(message));
    }

    [Fact]
    public void An_envelope_without_a_content_type_is_json()
    {
        Assert.Equal("application/json"u8, Envelope.Read(EntryFields.Of(("ws:", "{}"))).ToMessage().ContentType);
    }

    [Fact]
    public void Only_a_first_field_that_begins_with_ws_makes_an_envelope()
    {
        Assert.False(Envelope.Read(EntryFields.Of(("novelty", "x"), ("ws:Order", "{}"))).HasEnvelope);
        Assert.False(Envelope.Read(default).HasEnvelope);
    }

    [Fact]
    public void Fields_that_a_later_version_may_add_are_ignored()
    {
        var order = Codecs.Serializer().Decode<Order>(("ws:Order", """{"userId":1,"amount":2,"status":"s"}"""), ("novelty", "x"));
        Assert.Equal(new(1, 2, "s"), order);
    }

    [Theory]
    [InlineData("ws2:Order")]
    [InlineData("ws10:")]
    public void Another_version_is_undecodable(string first)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Order>((first, "{}")));
        Assert.Equal($"The entry's first field is '{first}'. Expected: 'ws:' and a type, the version of the envelope that this release reads.", error.Message);
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("ws2")]
    [InlineData("wsx:")]
    [InlineData("user_id:")]
    public void Names_that_are_alike_are_of_no_envelope(string first) =>
        Assert.Equal(new(1, 2, "s"), Codecs.Serializer().Decode<Order>((first, "{}"), ("user_id", "1"), ("amount", "2"), ("status", "s")));

    private sealed class Utf8Codec : IMessageCodec<string>
    {
        public void Encode(string message, IBufferWriter<byte> payload) => Encoding.UTF8.GetBytes(message, payload);

        public string Decode(EncodedMessage message) => Encoding.UTF8.GetString(message.Payload);
    }
}

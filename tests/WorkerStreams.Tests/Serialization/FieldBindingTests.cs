using System.Text;
using System.Text.Json;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Serialization;

public sealed class FieldBindingTests
{
    [Theory, CombinatorialMetadata]
    public void The_tutorials_entry_reaches_a_record(Metadata metadata) =>
        Assert.Equal(new(123, 49.99m, "pending"), Codecs.Serializer(metadata).Decode<Order>(("user_id", "123"), ("amount", "49.99"), ("status", "pending")));

    [Theory, CombinatorialMetadata]
    public void The_tutorials_entry_reaches_a_class_with_setters(Metadata metadata)
    {
        var form = Codecs.Serializer(metadata).Decode<OrderForm>(("user_id", "123"), ("amount", "49.99"), ("status", "pending"));
        Assert.Equal((123, 49.99m, "pending"), (form.UserId, form.Amount, form.Status));
    }

    [Theory]
    [InlineData("user_id")]
    [InlineData("userId")]
    [InlineData("UserId")]
    [InlineData("USER_ID")]
    public void A_field_is_named_as_in_json_or_in_code_or_in_snake_case(string name) =>
        Assert.Equal(5, Codecs.Serializer().Decode<OrderForm>((name, "5")).UserId);

    [Fact]
    public void Names_in_json_may_be_chosen_freely()
    {
        Assert.Equal("a", Codecs.Serializer().Decode<Everything>(("the note", "a")).Remark);
        Assert.Equal("b", Codecs.Serializer().Decode<Everything>(("remark", "b")).Remark);
    }

    [Fact]
    public void Unknown_fields_are_ignored() =>
        Assert.Equal(5, Codecs.Serializer().Decode<OrderForm>(("colour", "{"), ("user_id", "5"), (new('n', 1000), "")).UserId);

    [Theory, CombinatorialMetadata]
    public void Every_kind_of_value_binds(Metadata metadata)
    {
        var bound = Codecs.Serializer(metadata).Decode<Everything>(
            ("flag", "true"), ("ratio", "-1.5e3"), ("count", "9"), ("huge", "170141183460469231731687303715884105727"),
            ("phase", "paid"), ("colour", "sea-green"), ("key", "6f9619ff-8b86-d011-b42d-00c04fc964ff"), ("at", "2026-01-02T03:04:05+01:00"),
            ("day", "2026-01-02"), ("took", "00:00:01.5"), ("link", "https://example.org/a"), ("letter", "x"), ("blob", "raw bytes"),
            ("first_line", """{"sku":"A1","quantity":2}"""), ("numbers", "[1,2]"), ("anything", "free text"), ("temperature", "21.5"));
        Assert.True(bound.Flag);
        Assert.Equal(-1500, bound.Ratio);
        Assert.Equal(9, bound.Count);
        Assert.Equal(Int128.MaxValue, bound.Huge);
        Assert.Equal((Phase.Paid, Colour.SeaGreen), (bound.Phase, bound.Colour));
        Assert.Equal(new("6f9619ff-8b86-d011-b42d-00c04fc964ff"), bound.Key);
        Assert.Equal(new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)), bound.At);
        Assert.Equal(new(2026, 1, 2), bound.Day);
        Assert.Equal(TimeSpan.FromSeconds(1.5), bound.Took);
        Assert.Equal(new("https://example.org/a"), bound.Link);
        Assert.Equal('x', bound.Letter);
        Assert.Equal("raw bytes"u8, bound.Blob.AsSpan());
        Assert.Equal(new("A1", 2), bound.FirstLine);
        Assert.Equal([1, 2], bound.Numbers!);
        Assert.Equal("free text", bound.Anything.GetString());
        Assert.Equal(new(21.5), bound.Temperature);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    [InlineData("0", false)]
    public void Booleans_are_words_or_digits(string value, bool expected) =>
        Assert.Equal(expected, Codecs.Serializer().Decode<Everything>(("flag", value)).Flag);

    [Theory]
    [InlineData("phase", "1")]
    [InlineData("phase", "Paid")]
    [InlineData("colour", "1")]
    [InlineData("colour", "sea-green")]
    public void Enums_bind_by_name_and_by_number(string name, string value)
    {
        var bound = Codecs.Serializer().Decode<Everything>((name, value));
        Assert.Equal(1, (int)bound.Phase + (int)bound.Colour);
    }

    [Fact]
    public void An_enum_that_the_options_make_text_binds_by_that_text()
    {
        var serializer = Codecs.Serializer(configure: options => options.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseUpper)));
        Assert.Equal(Phase.Paid, serializer.Decode<Everything>(("phase", "PAID")).Phase);
    }

    [Fact]
    public void Bytes_that_are_no_text_bind_as_they_are()
    {
        var fields = new EntryFieldsWriter();
        fields.Add("blob"u8, [0, 255, 128]);
        Assert.Equal([0, 255, 128], Codecs.Serializer().Decode<Everything>(fields.Written).Blob);
    }

    [Fact]
    public void An_empty_value_is_no_value_where_that_may_lack() =>
        Assert.Null(Codecs.Serializer().Decode<Everything>(("count", "")).Count);

    [Fact]
    public void An_empty_text_stays_text() => Assert.Equal("", Codecs.Serializer().Decode<OrderForm>(("status", "")).Status);

    [Fact]
    public void Of_a_field_that_stands_twice_the_last_one_counts() =>
        Assert.Equal("b", Codecs.Serializer().Decode<OrderForm>(("status", "a"), ("status", "b")).Status);

    [Fact]
    public void Parameters_with_a_default_may_lack() => Assert.Equal(new(7, "n"), Codecs.Serializer().Decode<Optional>(("name", "n")));

    [Theory]
    [InlineData("user_id", "many", "Int32", "UserId")]
    [InlineData("user_id", "", "Int32", "UserId")]
    [InlineData("user_id", "49.99", "Int32", "UserId")]
    [InlineData("user_id", "3000000000", "Int32", "UserId")]
    [InlineData("user_id", "1,\"status\":2", "Int32", "UserId")]
    [InlineData("amount", "1e999", "Decimal", "Amount")]
    public void A_bad_value_names_field_value_and_type(string name, string value, string type, string property)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<OrderForm>((name, value)));
        Assert.Equal($"The field '{name}' holds '{value}'. Expected: {type}, for the property '{property}' of 'OrderForm'.", error.Message);
    }

    [Theory]
    [InlineData("flag", "yes", "Boolean")]
    [InlineData("count", "x", "Int64 or nothing")]
    [InlineData("phase", "lost", "Phase")]
    [InlineData("colour", "lost", "Colour")]
    [InlineData("key", "x", "Guid")]
    [InlineData("at", "yesterday", "DateTimeOffset")]
    [InlineData("letter", "xy", "Char")]
    [InlineData("first_line", "{", "Line")]
    [InlineData("first_line", """{"sku":1}""", "Line")]
    [InlineData("numbers", "[1,\"x\"]", "IReadOnlyList<Int32>")]
    public void Every_kind_of_value_can_be_bad(string name, string value, string type)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Everything>((name, value)));
        Assert.StartsWith($"The field '{name}' holds '{value}'. Expected: {type}, for the property ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_string()
    {
        var fields = new EntryFieldsWriter();
        fields.Add("status"u8, [255]);
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<OrderForm>(fields.Written));
        Assert.StartsWith("The field 'status' holds '\uFFFD'. Expected: String", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_value_is_cut_in_the_message()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<OrderForm>(("user_id", new('x', 5000))));
        Assert.Contains("xxx... (5000 bytes)", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 300);
    }

    [Theory, CombinatorialMetadata]
    public void A_constructors_parameter_must_have_its_field(Metadata metadata)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer(metadata).Decode<Order>(("amount", "1"), ("status", "s")));
        Assert.Equal("The entry has no field 'user_id' or 'userId'. Expected: Int32, for the required property 'UserId' of 'Order'. It has: amount, status.", error.Message);
    }

    [Theory, CombinatorialMetadata]
    public void A_required_property_must_have_its_field(Metadata metadata)
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer(metadata).Decode<Shipment>(("note", "x")));
        Assert.Contains("The entry has no field 'carrier'. Expected: String, for the required property 'Carrier' of 'Shipment'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_none_of_whose_fields_is_a_property_is_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<OrderForm>(("colour", "red"), ("shape", "round")));
        Assert.Equal("The entry bears no envelope, and none of its fields (colour, shape) is a property of 'OrderForm' (UserId, Amount, Status).", error.Message);
    }

    [Fact]
    public void A_property_that_is_only_read_is_no_target()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Everything>(("shouted", "x")));
        Assert.Contains("none of its fields (shouted)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constructor_that_refuses_makes_the_entry_undecodable()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<Positive>(("value", "-1")));
        Assert.Contains("Must be positive.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bare_fields_do_not_bind_to_a_type_without_properties()
    {
        var error = Assert.Throws<MessageDecodeException>(() => Codecs.Serializer().Decode<string>(("a", "1")));
        Assert.Contains("can't bind to 'String'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Field_names_that_are_no_text_are_ignored()
    {
        var fields = new EntryFieldsWriter();
        fields.Add([255, 254], "x"u8);
        fields.Add(Encoding.UTF8.GetBytes("user_id"), "5"u8);
        Assert.Equal(5, Codecs.Serializer().Decode<OrderForm>(fields.Written).UserId);
    }
}
